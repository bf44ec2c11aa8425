import { appendFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { drive, exists, sh, test, type LiveDaemon } from '../helpers/daemon.ts'
import { FakeClock } from '../helpers/fake-clock.ts'

const MINUTE = 60_000
const claudeStream = join(import.meta.dirname, '..', 'fixtures', 'claude', 'success.jsonl')

/** An agent that says this much and then nothing, until it is ended. */
function silentAfter(script: string, adapter: string, rest: Record<string, string> = {}) {
  const keys = { adapter: `'${adapter}'`, heartbeat_timeout: '86400', ...rest }
  return { scout: { agent_command: sh(`${script}; exec sleep 600`), ...keys } }
}

async function scoutOf(daemon: LiveDaemon) {
  const { agents } = await daemon.handlers.status({})
  return agents['scout']
}

/** Its output has the time of the machine: here it gets that of the clock of the test. */
async function outputNow(clock: FakeClock, stateDir: string, run: string, more = ''): Promise<void> {
  const path = join(stateDir, 'runs', run, 'stdout')
  await appendFile(path, more)
  await utimes(path, clock.now().wall / 1_000, clock.now().wall / 1_000)
}

describe('a run that prints nothing any more', () => {
  test('is marked as stale with what it was doing, until it prints again', async ({ home, expect }) => {
    const clock = new FakeClock()
    await home.write(silentAfter(`head -n 2 '${claudeStream}'`, 'claude'))
    const daemon = await home.start({ clock })
    await drive(clock, async () => (await scoutOf(daemon))?.last_output_at != null)
    const run = (await scoutOf(daemon))?.run ?? ''
    await outputNow(clock, home.stateDir, run)
    await clock.advance(9 * MINUTE)
    expect(await scoutOf(daemon)).toMatchObject({
      stale: false,
      doing: expect.stringMatching(/^running 9m\S*, last output 9m ago$/),
    })
    await clock.advance(2 * MINUTE)
    expect(await scoutOf(daemon)).toMatchObject({
      stale: true,
      state: 'running',
      doing: expect.stringMatching(
        /^running 11m\S*, no output for 11m \(last: Bash: echo hello > made\.txt\)$/,
      ),
    })
    const text = { type: 'text', text: 'Still here.' }
    const more = JSON.stringify({ type: 'assistant', message: { id: 'm', content: [text] } })
    await outputNow(clock, home.stateDir, run, `${more}\n`)
    expect(await scoutOf(daemon)).toMatchObject({ stale: false })
    await clock.advance(11 * MINUTE)
    // The call has not ended: it is what the run waits for.
    expect((await scoutOf(daemon))?.doing).toContain('(last: Bash: echo hello > made.txt)')
  })

  test('is not stale where its command may print only at its end', async ({ home, expect }) => {
    const clock = new FakeClock()
    await home.write(silentAfter('touch "$MARROW_WORKSPACE/begun"', 'generic'))
    const daemon = await home.start({ clock })
    await drive(clock, () => exists(join(home.workspace, 'begun')))
    await clock.advance(60 * MINUTE)
    expect(await scoutOf(daemon)).toMatchObject({
      stale: false,
      doing: expect.stringMatching(/^running 1h\S*, no output yet$/),
    })
  })

  test('is not stale when its agent may be silent for ever', async ({ home, expect }) => {
    const clock = new FakeClock()
    await home.write(silentAfter('touch "$MARROW_WORKSPACE/begun"', 'claude', { stale_after: '"0s"' }))
    const daemon = await home.start({ clock })
    await drive(clock, () => exists(join(home.workspace, 'begun')))
    await clock.advance(60 * MINUTE)
    expect(await scoutOf(daemon)).toMatchObject({ stale: false })
  })
})
