import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from '../../../test/helpers/temp-dir.ts'
import { adapterFor } from '../../agents/adapters.ts'
import { observeLogin } from './login.ts'

/** An agent CLI that answers as told, and the question put to it. */
async function asked(
  dir: string,
  name: 'claude' | 'codex' | 'gemini' | 'opencode',
  script: string,
  own: Readonly<Record<string, string>> = {},
) {
  const program = join(dir, name)
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const env = { HOME: dir, PATH: '/usr/bin:/bin' }
  return observeLogin(adapterFor(name), program, { env, own })
}

const said = (words: string) => `[ "$*" = "${words}" ] || exit 9`

test.for([
  ['claude', `${said('auth status')}; echo '{ "loggedIn": true }'`, { state: 'in', by: undefined }],
  ['claude', `${said('auth status')}; echo '{ "loggedIn": false }'; exit 1`, { state: 'out' }],
  ['claude', 'echo what; exit 1', { state: 'unknown' }],
  ['codex', said('login status'), { state: 'in', by: undefined }],
  ['codex', `${said('login status')}; exit 1`, { state: 'out' }],
  ['codex', 'exit 127', { state: 'unknown' }],
  ['opencode', `${said('auth list')}; echo '└  1 credentials'`, { state: 'in', by: undefined }],
  [
    'opencode',
    `${said('auth list')}; echo '└  0 credentials'; echo '└  1 environment variable'`,
    { state: 'in' },
  ],
  ['opencode', `${said('auth list')}; echo '└  0 credentials'`, { state: 'unknown' }],
  ['gemini', 'exit 9', { state: 'unknown' }],
] as const)('%s that answers with: %s', async ([name, script, wanted], { dir, expect }) => {
  expect(await asked(dir, name, script)).toMatchObject(wanted)
})

test('a CLI that cannot be asked is logged in when its file is there', async ({ dir, expect }) => {
  await mkdir(join(dir, '.gemini'))
  await writeFile(join(dir, '.gemini', 'oauth_creds.json'), '{}')
  expect(await asked(dir, 'gemini', 'exit 9')).toEqual({ state: 'in', by: undefined })
})

test('a key in the environment is named, but a login of its own comes first', async ({ dir, expect }) => {
  const key = { ANTHROPIC_API_KEY: 'drawn-by-lot' }
  const out = `echo '{ "loggedIn": false }'`
  expect(await asked(dir, 'claude', out, key)).toEqual({ state: 'in', by: 'ANTHROPIC_API_KEY' })
  const own = `echo '{ "loggedIn": true }'`
  expect(await asked(dir, 'claude', own, key)).toEqual({ state: 'in', by: undefined })
})

test('the key itself is not shown to a CLI that is asked for a login of its own', async ({ dir, expect }) => {
  const script = `[ -z "$ANTHROPIC_API_KEY" ] && echo '{ "loggedIn": false }' || echo '{ "loggedIn": true }'`
  expect(await asked(dir, 'claude', script, { ANTHROPIC_API_KEY: 'drawn-by-lot' })).toMatchObject({
    by: 'ANTHROPIC_API_KEY',
  })
})
