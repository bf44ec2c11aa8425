import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { z } from 'zod'
import { eventually } from '../../../test/helpers/eventually.ts'
import { test } from '../../../test/helpers/temp-dir.ts'

const log = join(import.meta.dirname, '../log.ts')

/** A pipe that nobody reads until somebody does. */
function pipeIn(dir: string) {
  const path = join(dir, 'pipe')
  execFileSync('mkfifo', [path])
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(fd))
  const buffer = Buffer.alloc(65_536)
  return {
    fd,
    /** Until not a byte more has room. */
    fill: () => {
      try {
        for (;;) writeSync(fd, '#'.repeat(4_096))
      } catch {
        return
      }
    },
    /** What is in it now. */
    read: () => {
      try {
        return buffer.toString('utf8', 0, readSync(fd, buffer))
      } catch {
        return ''
      }
    },
  }
}

/** A process that says this in its log, on that stderr, and works on. Its stdout ends the wait for it. */
function speaker(fd: number, statements: string) {
  const code = `const log = await (await import(${JSON.stringify(log)})).openLog({ json: true, verbose: false })
    const works = setInterval(() => {}, 1_000)
    ${statements}
    process.stdout.write('works\\n')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', fd],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const { stdout } = child
  if (stdout === null) throw new Error('There is a stdout.')
  return { child, said: () => once(stdout, 'data') }
}

describe('a log that nobody reads', () => {
  test('holds up nothing, and is told as soon as somebody does', async ({ dir, expect }) => {
    const pipe = pipeIn(dir)
    pipe.fill()
    const { said } = speaker(pipe.fd, `log.info('first'); log.info('second')`)
    expect(String(await said())).toBe('works\n')
    let read = ''
    await eventually('the lines', () => ((read += pipe.read()).includes('second') ? true : undefined))
    expect(read).toMatch(/^#+\{.*"first"\}\n\{.*"second"\}\n$/)
  })

  test('is kept up to a maximum, and then says how many lines were dropped', async ({ dir, expect }) => {
    const pipe = pipeIn(dir)
    const lines = 20_000
    const { said } = speaker(
      pipe.fd,
      `for (let n = 1; n <= ${lines}; n++) log.info('line ' + n + ' ' + 'x'.repeat(100))`,
    )
    await said()
    let read = ''
    await eventually(
      'the end',
      () => ((read += pipe.read()).includes('were dropped') ? true : undefined),
      30_000,
    )
    const records = read
      .trimEnd()
      .split('\n')
      .map((line) => z.looseObject({}).parse(JSON.parse(line)))
    expect(records.at(-1)).toMatchObject({ level: 40, lines: lines - records.length + 1 })
    expect(records.slice(0, -1).map(({ msg }) => Number(String(msg).split(' ')[1]))).toEqual(
      records.slice(0, -1).map((_, index) => index + 1),
    )
  })

  test.for([
    'process.exit(0)',
    'clearInterval(works); log.flush()',
    `setTimeout(() => { throw new Error('broken') })`,
  ])('delays an end by %s only for a moment', async (end, { dir, expect }) => {
    const pipe = pipeIn(dir)
    pipe.fill()
    const { child, said } = speaker(pipe.fd, `log.info('last'); setTimeout(() => { ${end} })`)
    await said()
    const before = performance.now()
    await once(child, 'exit')
    expect(performance.now() - before).toBeLessThan(3_000)
  })

  test('has its last lines when it is read at the end', async ({ dir, expect }) => {
    const pipe = pipeIn(dir)
    pipe.fill()
    const { child, said } = speaker(pipe.fd, `log.info('last'); setTimeout(() => process.exit(7))`)
    await said()
    let read = ''
    await eventually('the last line', () => ((read += pipe.read()).includes('last') ? true : undefined))
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(7)
  })
})
