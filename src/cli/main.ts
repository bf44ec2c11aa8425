/** Owns the way from words to an exit code. The quick commands go past the command tree and its imports. */
import { recognize, recognizeStatus } from './quick.ts'

/** Runs one command line. Never throws: whatever goes wrong is printed, and becomes the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  process.stdout.on('error', leaveQuietly)
  process.stderr.on('error', () => {})
  const { config, verbose, rest } = recognize(words)
  try {
    if (words[0] === 'sim' && words[1] === 'agent') {
      return await (await import('../daemon/local/sim-agent.ts')).simAgent(words.slice(2))
    }
    if (words[0] === '__complete') {
      return await (await import('./completion/answer.ts')).answerShell(words.slice(1))
    }
    const form = recognizeStatus(rest)
    if (form !== undefined) return await (await import('./commands/status.ts')).status({ config, ...form })
    if (rest.length === 1 && rest[0] === 'mcp')
      return await (await import('./commands/mcp.ts')).mcp({ config })
    if (rest.length === 0) return await (await import('./commands/overview.ts')).overview({ config })
    return await (await import('./program.ts')).runProgram(words)
  } catch (error) {
    return (await import('./errors.ts')).reportError(error, verbose)
  }
}

/** The reader of our output has seen enough, as in `marrow runs | head`. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit()
  process.stderr.write(`Cannot write the output: ${error.message}.\n`)
  process.exit(1)
}
