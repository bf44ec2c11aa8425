/** Measures how long the quick commands take, against an empty script that is started by the same launcher. */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { end, plainEnvironment, root, startProgram } from './checkout.ts'
import { Home, named } from './home.ts'
import { mcpServer } from './mcp.ts'
import type { Figure } from './report.ts'
import { median } from './statistics.ts'

const ROUNDS = 31

/** `--version`, `status` as JSON for programs and as a table on a terminal, and `mcp` without a message. */
export async function startUp(): Promise<Figure[]> {
  await using home = new Home({ agents: named(10) })
  await home.workOnce()
  home.place(() => Date.now() + 3_600_000)
  await home.start()
  const empty = emptyProgram(join(home.dir, 'empty'), '')
  const echo = emptyProgram(
    join(home.dir, 'echo'),
    "process.stdin.on('data', () => process.stdout.write('{}\\n'))\n",
  )
  const marrow = join(root, 'bin', 'marrow')
  const status = [marrow, 'status', '-c', home.config]
  const piped = await timesOf(home.dir, {
    terminal: false,
    commands: [[empty], [marrow, '--version'], status, [marrow, 'mcp', '-c', home.config]],
  })
  const shown = await timesOf(home.dir, { terminal: true, commands: [[empty], status] })
  return [
    figure('marrow --version', piped, 1, 1.5),
    figure('marrow status, JSON', piped, 2, 3),
    figure('marrow status, table', shown, 1, 3),
    figure('marrow mcp, with nothing to carry', piped, 3, 3),
    ...(await mcpServer(echo)),
  ]
}

function figure(name: string, times: readonly number[][], index: number, ratioMax: number): Figure {
  const [baseline, subject] = [median(times[0] ?? []), median(times[index] ?? [])]
  return { name, unit: 'ms', subject, baseline, ratioMax }
}

/** The same launcher and the same Node with nothing to do, or next to nothing. */
function emptyProgram(dir: string, script: string): string {
  for (const folder of ['bin', 'dist']) mkdirSync(join(dir, folder), { recursive: true })
  copyFileSync(join(root, 'bin', 'marrow'), join(dir, 'bin', 'marrow'))
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(dir, 'dist', 'cli.js'), script)
  return join(dir, 'bin', 'marrow')
}

interface Series {
  /** Whether the commands see a terminal: they then get one from `script`, which is not part of the time. */
  readonly terminal: boolean
  readonly commands: readonly (readonly string[])[]
}

/** The times of each command in ms, taken in turns. */
async function timesOf(dir: string, { terminal, commands }: Series): Promise<number[][]> {
  const answer = join(dir, 'times.json')
  const words = [String(ROUNDS), answer, JSON.stringify(commands)]
  if (terminal) {
    const script = [process.execPath, join(root, 'bench', 'programs', 'turns.ts'), ...words]
    const line = script.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: plainEnvironment, stdio: 'ignore' })
    const code = await new Promise((resolve) => child.once('close', resolve).once('error', resolve))
    if (code !== 0) throw new Error(`Cannot measure on a terminal: script ended with ${String(code)}.`)
  } else {
    const child = startProgram('turns.ts', ...words)
    await new Promise((resolve) => child.once('close', resolve))
    await end(child)
  }
  const times: number[][] = JSON.parse(readFileSync(answer, 'utf8'))
  return times
}
