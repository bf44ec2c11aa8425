import { array, assert, jsonValue, nat, oneof, property, record as recordOf, string, tuple } from 'fast-check'
import { test } from 'vitest'
import { fitRecord, LINE_BYTES_MAX } from './record.ts'

const asIs = (text: string) => text
// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

test('no record is longer than a line of the log may be, or holds what steers a terminal', ({ expect }) => {
  const text = oneof(
    string({ unit: 'binary', maxLength: 50 }),
    tuple(string({ unit: 'binary', minLength: 1, maxLength: 5 }), nat(20_000)).map(([part, times]) =>
      part.repeat(times),
    ),
  )
  const fields = recordOf({
    message: text,
    agent: text,
    run: text,
    kind: text,
    error: text,
    data: jsonValue(),
    list: array(text, { maxLength: 100 }),
  })
  assert(
    property(fields, (given) => {
      const written = JSON.stringify(fitRecord({ level: 'error', ...given }, asIs))
      expect(Buffer.byteLength(written)).toBeLessThan(LINE_BYTES_MAX - 256)
      expect(written).not.toMatch(controls)
    }),
    { numRuns: 60 },
  )
})

test('what does not fit is left out and said to be: the data first', ({ expect }) => {
  const data = { list: Array.from({ length: 50 }, () => 'x'.repeat(400)) }
  expect(fitRecord({ level: 'info', message: 'held', agent: 'a', data }, asIs)).toEqual({
    level: 'info',
    message: 'held',
    agent: 'a',
    cut: true,
  })
})

test('a key is taken out before a text is cut, so that no half of one stays', ({ expect }) => {
  const key = 'k'.repeat(30)
  const whole = `${'x'.repeat(1_985)}${key}${'y'.repeat(50)}`
  const { message } = fitRecord({ level: 'info', message: whole }, (text) => text.replaceAll(key, '-'))
  expect(message).not.toContain('kkkk')
})

test('data that contains itself has an end', ({ expect }) => {
  const data: Record<string, unknown> = { word: 'x' }
  data['self'] = data
  expect(JSON.stringify(fitRecord({ level: 'info', message: 'm', data }, asIs))).toContain('…')
})

test('what steers a terminal or turns the reading direction is taken out of every text', ({ expect }) => {
  const text = 'a\u001b[2J\u0007\u009b\u202eb'
  const record = fitRecord(
    { level: 'info', message: text, agent: text, data: { [text]: [text] }, error: text },
    asIs,
  )
  expect(record).toEqual({ level: 'info', message: 'ab', agent: 'ab', data: { ab: ['ab'] }, error: 'ab' })
})
