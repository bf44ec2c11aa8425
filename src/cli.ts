#!/usr/bin/env node
// The entry. Everything is imported only once it is needed, and nothing before Node is known to be new enough for it.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const words = process.argv.slice(2)
// What a running daemon knows ends it neither while it starts nor when it is done; to hand over is then to leave.
if (words.includes('run'))
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const)
    process.on(signal, () => signal === 'SIGUSR1' && process.listenerCount(signal) === 1 && process.exit())
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`Cannot start: marrow needs Node 24.15 or newer, this is ${process.versions.node}.\n`)
  process.exitCode = 1
} else if (words[0] === '--version' || words[0] === '-V') {
  process.stdout.write(`${(await import('./base/version.ts')).version}\n`)
} else {
  process.exitCode = await (await import('./cli/main.ts')).main(words)
}
