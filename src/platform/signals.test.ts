import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished, test } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'

const signalsModule = fileURLToPath(new URL('signals.ts', import.meta.url))

/** A process that says which handler was called. */
async function listener() {
  const script = `
    import { onSignals } from ${JSON.stringify(signalsModule)}
    const say = (word) => process.stdout.write(word + '\\n')
    const dispose = onSignals({
      stop: (signal) => say('stop ' + signal),
      stopAtOnce: () => process.exit(1),
      handover: () => say('handover'),
      reload: () => say('reload'),
      toggleDebug: () => say('debug'),
    })
    say('ready')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const said = (word: string) => eventually(`"${word}"`, () => stdout.split('\n').includes(word) || undefined)
  await said('ready')
  return { child, said, stderr: () => stderr }
}

test('SIGUSR1 hands over and opens no debugger; SIGHUP reloads; SIGUSR2 says more', async ({ expect }) => {
  const { child, said, stderr } = await listener()
  child.kill('SIGUSR1')
  await said('handover')
  child.kill('SIGHUP')
  await said('reload')
  child.kill('SIGUSR2')
  await said('debug')
  expect(stderr()).toBe('')
})

test('the first SIGTERM or SIGINT stops, the second one ends it at once', async ({ expect }) => {
  const { child, said } = await listener()
  child.kill('SIGTERM')
  await said('stop SIGTERM')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(code).toBe(1)
})

test('a reader of the output that goes away ends nothing', async ({ expect }) => {
  const { child, stderr } = await listener()
  child.stdout.destroy()
  child.kill('SIGHUP') // Makes it write into the closed pipe.
  child.kill('SIGUSR1')
  child.kill('SIGTERM')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect([code, stderr()]).toEqual([1, ''])
})
