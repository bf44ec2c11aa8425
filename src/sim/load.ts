// Owns what the simulated agent reads: its script files and the prompt that it got.
import { readFile } from 'node:fs/promises'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { composeScript, dependsOnRun, linesOfRun, readScriptFile } from './script.ts'
import type { CommandLine, Line, PromptPlace, Script } from './script.ts'

/**
 * The script of this run. `countRun` gives its number and is asked only when a script file has parts for runs.
 * Throws USAGE with all mistakes.
 */
export async function loadScript(commandLine: CommandLine, countRun: () => Promise<number>): Promise<Script> {
  const problems = [...commandLine.problems]
  const lines: Line[] = []
  for (const line of commandLine.lines) {
    if (line.word !== 'script') {
      lines.push(line)
      continue
    }
    const file = readScriptFile(await readText(line.value), line.value)
    problems.push(...file.problems)
    lines.push(...linesOfRun(file, dependsOnRun(file) ? await countRun() : 1))
  }
  const composed = composeScript(lines, commandLine.jsonFormat)
  problems.push(...composed.problems)
  if (problems.length === 0) return composed.script
  throw new MarrowError('USAGE', `Cannot play the simulated agent: ${problems.join('; ')}.`, {
    fix: 'Its words are listed by: marrow sim agent --help',
  })
}

/** The bytes of the prompt. Waits for the end of stdin, as real agent CLIs do, unless that is a terminal. */
export async function loadPrompt(place: PromptPlace): Promise<Buffer> {
  switch (place.in) {
    case 'argument':
      return Buffer.from(place.text)
    case 'file':
      return readFile(place.path)
    case 'stdin': {
      if (process.stdin.isTTY) return Buffer.alloc(0)
      const chunks: Buffer[] = []
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks)
    }
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new MarrowError('USAGE', `Cannot read the script ${path}: ${reasonOf(error)}.`, { cause: error })
  }
}
