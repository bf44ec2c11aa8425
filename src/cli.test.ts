import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'vitest'

const cli = join(import.meta.dirname, 'cli.ts')

/** A process in which the entry ran with these words, and that then gets the signal. */
function signalled(words: readonly string[], signal: string): Promise<string> {
  const code = `
    process.argv = [process.execPath, 'marrow', ...${JSON.stringify(words)}]
    await import(${JSON.stringify(cli)})
    process.kill(process.pid, '${signal}')
    setTimeout(() => console.log('lives'), 200)`
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--input-type=module', '-e', code], (_, out) => {
      const end = child.exitCode ?? child.signalCode
      resolve(out.endsWith('lives\n') ? 'lives' : String(end))
    })
  })
}

test.for([
  [['run', '--help'], 'SIGUSR2', 'lives'],
  [['run', '--help'], 'SIGHUP', 'lives'],
  [['run', '--help'], 'SIGUSR1', '0'],
  [['runs', '--help'], 'SIGUSR2', 'SIGUSR2'],
] as const)(
  'after marrow %j, where no daemon listens, %s means: %s',
  async ([words, signal, end], { expect }) => {
    expect(await signalled(words, signal)).toBe(end)
  },
)
