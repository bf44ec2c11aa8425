/** Owns the way from words to an exit code. The quick commands go past the command tree and its imports. */
import { recognize } from './quick.ts'

/** Runs one command line. Never throws: whatever goes wrong is printed, and becomes the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  process.stdout.on('error', leaveQuietly)
  process.stderr.on('error', () => {})
  const { config, verbose, rest } = recognize(words)
  try {
    if (words[0] === 'sim' && words[1] === 'agent') {
      return await (await import('../daemon/local/sim-agent.ts')).simAgent(words.slice(2))
    }
    if (rest[0] === 'status' && rest.slice(1).every((word) => word === '--json')) {
      return await (await import('./commands/status.ts')).status({ config, json: rest.length > 1 })
    }
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
