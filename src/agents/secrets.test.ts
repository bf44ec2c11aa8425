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
  ['SHORT_PASSWORD', 'abc123x', true],
  ['AUTH_TOKEN', 'abcdefgh', true],
  ['NPM_AUTH', 'abcdefgh', true],
  ['AUTH_METHOD', 'password', false],
  ['TOKEN_TYPE', 'bearer-token', false],
  ['AUTH_MODE', 'zq7-unheard-of-shape', true],
  ['SECRETS_DIR', '/secrets', false],
  ['DB_PASSWORD_FILE', '~/keys', false],
  ['SSH_AUTH_SOCK', '/tmp/ssh-abc/agent.12', false],
  ['REPO', 'marrow-site', false],
  ['REPO', 'ada/marrow-site', false],
  ['SOME_SETTING', 'qwertzuiopasdfghjklyxcvbnmqwertz', true],
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

test('thousands of values are taken out of a long text quickly, also those that begin alike', ({
  expect,
}) => {
  const values = Array.from({ length: 5_000 }, (_, index) => `https://host-${index * 7_919}.example`)
  const redact = valueRedactor(values)
  const text = `${'see https://host-x and https://other/ '.repeat(200_000)}${values.join(' ')}`
  const before = process.cpuUsage()
  const told = redact(text)
  const { user, system } = process.cpuUsage(before)
  expect(user + system).toBeLessThan(1_500_000) // Microseconds; a tenth of it where nothing else is at work.
  expect(told.endsWith(`<redacted> ${REDACTED}`)).toBe(true)
  expect(values.filter((value) => told.includes(value))).toEqual([])
})

test('values that overlap are taken out as one', ({ expect }) => {
  expect(valueRedactor(['abcdefgh', 'fghijklm'])('x abcdefghijklm y')).toBe(`x ${REDACTED} y`)
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
