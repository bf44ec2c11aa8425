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

test('the level changes while it runs', async ({ expect }) => {
  const lines = await said(
    people,
    `log.level = 'error'; log.warn('no'); log.level = 'debug'; log.debug('yes ' + log.level)`,
  )
  expect(lines).toEqual([expect.stringMatching(/yes debug$/)])
})

test('every change of the level is told, however often it goes to and fro', async ({ expect }) => {
  const lines = await said(
    people,
    `for (const level of ['debug', 'info', 'debug', 'info', 'debug', 'info', 'debug']) {
      log.level = 'info'; log.info('tells ' + level); log.level = level
    }`,
  )
  expect(lines.map((line) => line.slice(17))).toEqual([
    'debug',
    'info',
    'debug',
    'info',
    'debug',
    'info',
    'debug',
  ])
})

test('a repeated line is counted, for people and for programs, and an exit loses no count', async ({
  expect,
}) => {
  const three = `for (const _ of '123') log.warn('cannot look', { agent: 'scout', error: 'Error: no' }); process.exit()`
  expect(await said(people, three)).toEqual([
    expect.stringMatching(/ WARNING: scout: cannot look: Error: no$/),
    expect.stringMatching(/ WARNING: scout: cannot look \(repeated 2 times\): Error: no$/),
  ])
  const records = (await said({ json: true, verbose: false }, three)).map((line): unknown => JSON.parse(line))
  expect(records).toEqual([
    expect.not.objectContaining({ repeated: 2 }),
    expect.objectContaining({ repeated: 2, level: 40, agent: 'scout', msg: 'cannot look' }),
  ])
})

test('a lone line keeps no process alive and leaves at once', async ({ expect }) => {
  const lines = await said(people, `log.info('one'); log.info('one')`)
  expect(lines.map((line) => line.slice(11))).toEqual(['one', 'one (repeated once)'])
})

test('no text can pass for a line of its own', async ({ expect }) => {
  const forged = '\\n[12:00:00] scout: run succeeded'
  const lines = await said(
    people,
    `log.error('a${forged}', { agent: 'b${forged}', what: 'c${forged}', error: 'd${forged}\\u2028[12:00:00] x' })`,
  )
  expect(lines.filter((line) => line.startsWith('['))).toHaveLength(1)
  expect(lines.slice(1).every((line) => line.startsWith('    '))).toBe(true)
})

test('what it is told to take out is not in it, wherever it stands', async ({ expect }) => {
  const open = `{ json: true, verbose: true, redact: (text) => text.replaceAll('hush', '-') }`
  const [line] = await said(
    { json: true, verbose: true },
    `const quiet = await (await import(${JSON.stringify(log)})).openLog(${open}); quiet.debug('hush', { agent: 'hush', data: { deep: ['hush'], hush: 1 }, error: 'hush' })`,
  )
  expect(line).toContain('"msg":"-"')
  expect(line).not.toContain('hush')
})
