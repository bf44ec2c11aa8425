/** An agent CLI that finds no login because marrow withheld the operator's key: the failure says so, and the way out. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sh, test, type Home } from '../helpers/daemon.ts'

const streams = join(import.meta.dirname, '../fixtures/claude')

/** A stand-in for claude that says what the real one said: not logged in without a key, done with one. */
async function claude(home: Home): Promise<string> {
  const path = join(home.dir, 'claude')
  const script = `#!/bin/sh\ncat > /dev/null\n[ -n "$ANTHROPIC_API_KEY" ] && exec cat '${streams}/success.jsonl'\ncat '${streams}/not-logged-in.jsonl'\nexit 1\n`
  await writeFile(path, script, { mode: 0o755 })
  return path
}

test('the failure names the key and the line that allows it, and with that line the run succeeds', async ({
  home,
  expect,
}) => {
  process.env['ANTHROPIC_API_KEY'] = 'the-operators-own-key-1'
  try {
    const agent = { agent_command: JSON.stringify([await claude(home), '-p']), adapter: '"claude"' }
    await home.write({ scout: agent })
    const first = await home.start()
    const [failed] = await first.ended(1)
    expect(failed?.outcome).toMatch(/Not logged in/)
    expect(failed?.outcome).toContain(
      'ANTHROPIC_API_KEY of your environment is withheld from runs: allow with env = { pass = ["ANTHROPIC_API_KEY"] }',
    )
    first.stop()
    await first.gone()
    await home.write({ scout: { ...agent, env: '{ pass = ["ANTHROPIC_API_KEY"] }' } })
    const second = await home.start()
    await second.handlers.resume({ agent: 'scout' })
    await second.handlers.wake({ agent: 'scout' })
    expect((await second.ended(2))[1]?.outcome).toBe('succeeded')
  } finally {
    delete process.env['ANTHROPIC_API_KEY']
  }
})

test('a key that means nothing to the command is not spoken of', async ({ home, expect }) => {
  process.env['ANTHROPIC_API_KEY'] = 'the-operators-own-key-1'
  try {
    const denied = sh(`echo '{"marrow":{"error":{"reason":"authentication","detail":"no login"}}}'`)
    await home.write({ scout: { agent_command: denied } })
    const [failed] = await (await home.start()).ended(1)
    expect(failed?.outcome).toBe('failed: no login')
  } finally {
    delete process.env['ANTHROPIC_API_KEY']
  }
})
