import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'vitest'

const log = join(import.meta.dirname, 'log.ts')

/** What a process that says this in its log leaves on stderr. */
function said(options: { json: boolean; verbose: boolean }, statements: string): Promise<string[]> {
  const code = `const log = await (await import(${JSON.stringify(log)})).openLog(${JSON.stringify(options)}); ${statements}; log.flush()`
  return new Promise((resolve, reject) => {
    const words = ['--input-type=module', '-e', code]
    execFile(process.execPath, words, (error, _out, err) =>
      error ? reject(error) : resolve(err.trimEnd().split('\n')),
    )
  })
}

const people = { json: false, verbose: false }
const event = `log.info('run succeeded after 1s', { kind: 'run.ended', agent: 'scout', run: 'scout-1', data: { pid: 7 } })`

test('an event is one clean line for people: when, who, what', async ({ expect }) => {
  const lines = await said(people, event)
  expect(lines).toEqual([expect.stringMatching(/^\[\d\d:\d\d:\d\d\] scout: run succeeded after 1s$/)])
})

test('what is not an event shows its fields, how bad it is and the stack', async ({ expect }) => {
  const lines = await said(
    people,
    `log.warn('left', { run: 'r', left: 2 }); log.error('request failed', { what: 'GET /x', error: 'Error: no\\n    at y' })`,
  )
  expect(lines).toEqual([
    expect.stringMatching(/^\[.{8}\] WARNING: left \(run: r, left: 2\)$/),
    expect.stringMatching(/^\[.{8}\] ERROR: request failed \(what: GET \/x\): Error: no$/),
    '    at y',
  ])
})

test('times in a sentence are those of the reader, and nothing in it steers the terminal', async ({
  expect,
}) => {
  const now = new Date()
  const clock = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':')
  const [line] = await said(people, `log.info('a\\u001b[2Jb until ${now.toISOString()}')`)
  expect(line?.slice(11)).toBe(`ab until ${clock}`)
})

test('JSON is one record a line with the kind and the data of the event', async ({ expect }) => {
  const [line = ''] = await said({ json: true, verbose: false }, event)
  expect(JSON.parse(line)).toEqual({
    level: 30,
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    kind: 'run.ended',
    agent: 'scout',
    run: 'scout-1',
    data: { pid: 7 },
    msg: 'run succeeded after 1s',
  })
})

test('details are told only when asked for', async ({ expect }) => {
  expect(await said(people, `log.debug('detail')`)).toEqual([''])
  expect(await said({ ...people, verbose: true }, `log.debug('detail')`)).toEqual([
    expect.stringContaining('detail'),
  ])
})
