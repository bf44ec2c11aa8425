import { describe, test } from 'vitest'
import { redactText, redactWords } from './redact.ts'

describe('redactWords', () => {
  test('shows the size of the prompt instead of the prompt', ({ expect }) => {
    const prompt = 'Say "ü" and ghp_0123456789abcdefABCD.'
    expect(redactWords(['agent', '--', prompt, `--message=${prompt}`], prompt)).toEqual([
      'agent',
      '--',
      `<prompt, ${Buffer.byteLength(prompt)} bytes>`,
      `--message=<prompt, ${Buffer.byteLength(prompt)} bytes>`,
    ])
    expect(redactWords(['agent', ''], '')).toEqual(['agent', ''])
  })

  test('hides the word after a flag that names a secret', ({ expect }) => {
    expect(redactWords(['agent', '--api-key', 'hunter2', '--token', '--verbose', '-m', 'a/b'], 'x')).toEqual([
      'agent',
      '--api-key',
      '<redacted>',
      '--token',
      '--verbose',
      '-m',
      'a/b',
    ])
  })
})

describe('redactText', () => {
  test.for<[string, string]>([
    ['key sk-ant-api03-abcDEF_123-456 refused', 'key <redacted> refused'],
    ['ghp_0123456789abcdefghij', '<redacted>'],
    ['github_pat_11ABCDEFG0abcdefghij_xyz', '<redacted>'],
    ['AKIAIOSFODNN7EXAMPLE', '<redacted>'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer <redacted>'],
    ['OPENAI_API_KEY=abc MODEL=x', 'OPENAI_API_KEY=<redacted> MODEL=x'],
    ['MY_SECRET="a b" next', 'MY_SECRET=<redacted> next'],
    ['--auth-token=abc', '--auth-token=<redacted>'],
    ['call --api-key 0123456789 --quiet', 'call --api-key <redacted> --quiet'],
    ['MY_SECRET="cut in the mid', 'MY_SECRET=<redacted>'],
    ['{"api_key": "0123456789"}', '{"api_key": <redacted>}'],
    ['curl -H "Authorization: Basic bWU6aHVudGVyMg==" x', 'curl -H "Authorization: Basic <redacted>" x'],
    ["-H 'X-Api-Key: 0123456789'", "-H 'X-Api-Key: <redacted>'"],
    ['Cookie: session=0123456789; a', 'Cookie: <redacted>; a'],
    ['https://me:hunter2@example.org/x', 'https://me:<redacted>@example.org/x'],
    ['https://me:p@ss/word@example.org/x', 'https://me:<redacted>@example.org/x'],
    ['https://me@home.org:hunter2@example.org', 'https://me@home.org:<redacted>@example.org'],
    ['token eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl', 'token <redacted>'],
  ])('hides what is secret in %j', ([text, redacted], { expect }) => {
    expect(redactText(text)).toBe(redacted)
  })

  test.for([
    'task-management-system',
    'the risk-assessment of today',
    'MONKEYS=3',
    'a/b:c@d',
    'tokens=300',
    'bearer of bad',
    'give --token or --key-file',
    'the key: value pairs',
    '"tokens": 300',
    'http://localhost:4873/@scope/package',
    'https://example.org/a:b@c',
  ])('leaves %j alone', (text, { expect }) => {
    expect(redactText(text)).toBe(text)
  })

  test.for([
    '-',
    'a-',
    'a.',
    '"KEY":',
    '--KEY ',
    'Cookie: ',
    'X-Key',
    'a_',
    'KEY_',
    '-eyJaaaaaaaa',
    'Bearer ',
    'x://y:',
  ])('is quick with %j without end', (repeated, { expect }) => {
    const before = process.cpuUsage()
    redactText(`Bearer ${' '.repeat(500_000)}${repeated.repeat(1_000_000 / repeated.length)}`)
    const { user, system } = process.cpuUsage(before)
    expect(user + system).toBeLessThan(1_500_000) // Microseconds.
  })
})
