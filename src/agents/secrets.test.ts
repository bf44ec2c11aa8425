import { array, assert, property, string, stringMatching } from 'fast-check'
import { test } from 'vitest'
import { REDACTED } from './redact.ts'
import { secretValues, valueRedactor } from './secrets.ts'

test.for([
  ['ANTHROPIC_API_KEY', 'zq7-unheard-of-shape', true],
  ['DATABASE_URL', 'postgres://ada:pw@db/x', true],
  ['MY_SETTING', 'correct horse battery', true],
  ['MAIL_PASSWORD', 'correcthorse', true],
  ['SOME_TOKEN', '/AbCdEfGh+123', true],
  ['MARROW_TOKEN', 'abcdefgh12', true],
  ['SOME_SETTING', '/usr/share/things', false],
  ['SOME_SETTING', 'opencode', false],
  ['SOME_SETTING', '1234567890', false],
  ['SHORT_KEY', 'abc', false],
  ['HOME', '/home/ada with space', false],
  ['LC_ALL', 'en_US.UTF-8', false],
  ['MARROW_WORKSPACE', 'some where else', false],
] as const)('%s=%s is secret: %s', ([name, value, secret], { expect }) => {
  expect(secretValues([{ [name]: value }])).toEqual(secret ? [value] : [])
})

test('values of several environments are known once each', ({ expect }) => {
  expect(secretValues([{ A_KEY: 'same-value-1' }, { B_KEY: 'same-value-1' }])).toHaveLength(1)
})

test('a value is taken out as it is, in JSON, in an address, and line by line', ({ expect }) => {
  const value = 'first "line" 123\nsecond/line+456'
  const redact = valueRedactor([value])
  for (const written of [value, JSON.stringify(value), encodeURIComponent(value), 'x second/line+456 y']) {
    expect(redact(written)).toContain(REDACTED)
    expect(redact(written)).not.toMatch(/123|456/)
  }
})

test('no value is left, whatever stands around it or is a part of it', ({ expect }) => {
  const value = stringMatching(/^[a-z0-9]{8,20}$/)
  assert(
    property(array(value, { minLength: 1, maxLength: 5 }), string(), (values, around) => {
      const text = values.map((one) => `${around} ${one} `).join('')
      const told = valueRedactor(values)(text)
      for (const one of values) expect(told).not.toContain(one)
    }),
  )
})
