/** A disk that is full while agents run: the daemon stays, says so, goes on when there is room again, and has lost nothing. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { makeSmallDisk, whyNoSmallDisk, type SmallDisk } from '../../helpers/small-disk.ts'
import { startWebServer } from '../../helpers/web-server.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const reason = whyNoSmallDisk()
if (reason !== undefined) process.stdout.write(`Skipped: no small disk can be made here (${reason}).\n`)

const SLOW_MS = 100_000 // Retries wait up to a minute.
const DISK_MIB = 12

/** A small disk on a folder of the site, until its processes are gone. */
function diskOn(site: Site, folder: string): SmallDisk {
  const disk = makeSmallDisk(folder, DISK_MIB)
  site.defer(() => disk.unmount())
  return disk
}

/** Works until it is told its exit code, in a file beside its workspace, on another disk. */
function toldAgent(site: Site): string {
  const code = `"${site.dir}/code-$MARROW_AGENT"`
  return sh(`while [ ! -s ${code} ]; do sleep 0.05; done; exit "$(cat ${code})"`)
}

function tell(site: Site, agent: string, code: number): void {
  writeFileSync(join(site.dir, `code-${agent}`), `${code}\n`)
}

async function statesOf(daemon: SpawnedDaemon): Promise<string> {
  const { agents } = await daemon.ask('status', {})
  return Object.values(agents)
    .map(({ name, state }) => `${name} ${state}`)
    .join(', ')
}

/** Waits until the daemon said so often that the disk is full; it waits longer each time. */
async function failuresInLog(site: Site, count: number): Promise<void> {
  await eventually(
    `${count} lines about the full disk`,
    () => {
      const lines = site.log().filter(({ isError, text }) => isError && /full|space|ENOSPC/i.test(text))
      return lines.length >= count ? true : undefined
    },
    SLOW_MS,
  )
}

/** Waits until a successful run of the agent had this text in its prompt. */
function delivered(site: Site, daemon: SpawnedDaemon, agent: string, text: string): Promise<true> {
  return eventually(
    `${text} to be delivered to ${agent}`,
    async () => {
      const { runs } = await daemon.ask('runs', { agent })
      const told = runs.filter(({ id, ok }) => {
        const prompt = join(site.stateDir, 'runs', id, 'prompt')
        return ok === true && existsSync(prompt) && readFileSync(prompt, 'utf8').includes(text)
      })
      return told.length === 1 ? true : undefined
    },
    SLOW_MS,
  )
}

describe.skipIf(reason !== undefined)('a full disk', () => {
  test(
    'of the state: no run, no code and no accepted wake is lost',
    { timeout: 3 * SLOW_MS },
    async ({ site, expect }) => {
      const state = diskOn(site, site.stateDir)
      site.expectErrors(/full|space|ENOSPC/i)
      await site.write({ busy: { agent_command: toldAgent(site) }, idle: { agent_command: sh('true') } })
      const daemon = await site.start()
      await eventually('one to run and one to be idle', async () =>
        (await statesOf(daemon)) === 'busy running, idle idle' ? true : undefined,
      )
      await daemon.ask('wake', { agent: 'busy', prompt: 'sent before' })

      state.fill()
      const accepted: string[] = []
      for (let count = 0; count < 20; count += 1) {
        const prompt = `sent while full ${count}, ${'x'.repeat(20_000)}`
        await daemon.ask('wake', { agent: 'idle', prompt }).then(
          () => accepted.push(`sent while full ${count},`),
          () => {},
        )
      }
      tell(site, 'busy', 6)
      await failuresInLog(site, 4)
      expect(await daemon.ask('health', {})).toEqual({ status: 'ok' })
      expect((await daemon.ask('status', {})).pid).toBe(daemon.pid)

      state.free()
      await eventually(
        'the real code on record',
        async () => {
          const { runs } = await daemon.ask('runs', { agent: 'busy' })
          return runs.at(-1)?.outcome === 'failed: exited with code 6' ? true : undefined
        },
        SLOW_MS,
      )
      tell(site, 'busy', 0)
      await daemon.ask('wake', { agent: 'idle', prompt: 'sent after' })
      await delivered(site, daemon, 'busy', 'sent before')
      await delivered(site, daemon, 'idle', 'sent after')
      for (const text of accepted) await delivered(site, daemon, 'idle', text)
      expect(site.rows('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    },
  )

  test(
    'on which the store still has room: ticks that cannot be prepared wait, and the agent is not blamed',
    { timeout: 3 * SLOW_MS },
    async ({ site, expect }) => {
      const state = diskOn(site, site.stateDir)
      site.expectErrors(/full|space|ENOSPC/i)
      await site.write({ idle: { agent_command: sh('true') }, other: { agent_command: sh('true') } })
      const daemon = await site.start()
      await daemon.ask('pause', { agent: 'other' })
      // Grows the log of the store, which is written again from its beginning after a checkpoint.
      for (let count = 0; count < 24; count += 1) {
        await daemon.ask('wake', { agent: 'other', prompt: 'x'.repeat(200_000) })
      }
      state.fill()
      await daemon.ask('wake', { agent: 'idle', prompt: 'sent while full' })
      await failuresInLog(site, 2)
      expect((await daemon.ask('status', {})).agents['idle']).toMatchObject({ held_reason: null })
      state.free()
      await delivered(site, daemon, 'idle', 'sent while full')
    },
  )

  test(
    'of the state: a notice that arrived and cannot be written down is not sent over and over',
    { timeout: 3 * SLOW_MS },
    async ({ site, expect }) => {
      await using server = await startWebServer()
      const state = diskOn(site, site.stateDir)
      site.expectErrors(/full|space|ENOSPC/i)
      server.answer((response) => {
        if (server.received.length === 1) state.fill()
        response.end()
      })
      await site.write({ idle: { agent_command: sh('true') } }, { 'notify.webhook': `'${server.url}'` })
      const daemon = await site.start()
      writeFileSync(join(site.stateDir, 'PAUSED'), '')
      await failuresInLog(site, 2) // At the end of the first try, and at the beginning of the second.
      expect(server.received).toHaveLength(1)
      state.free()
      const waiting = "select 1 from deliveries where state = 'waiting'"
      await eventually(
        'it to be written down',
        () => (site.rows(waiting).length === 0 ? true : undefined),
        SLOW_MS,
      )
      expect(server.received.length).toBeLessThanOrEqual(2)
      expect(await daemon.ask('health', {})).toEqual({ status: 'ok' })
    },
  )

  test(
    'of the workspace: what an agent cannot write is its own matter, and wakes wait',
    { timeout: 3 * SLOW_MS },
    async ({ site, expect }) => {
      const workspace = diskOn(site, site.workspace)
      await site.write({
        writer: {
          agent_command: sh('head -c 100000 /dev/zero >"$MARROW_WORKSPACE/file-$MARROW_RUN" || exit 9'),
        },
      })
      workspace.fill()
      const daemon = await site.start()
      await daemon.ask('wake', { agent: 'writer', prompt: 'sent while full' })
      await eventually(
        'the tick to fail',
        async () => {
          const writer = (await daemon.ask('status', {})).agents['writer']
          return writer?.last_error === null ? undefined : writer
        },
        SLOW_MS,
      )
      expect(await daemon.ask('health', {})).toEqual({ status: 'ok' })
      workspace.free()
      await delivered(site, daemon, 'writer', 'sent while full')
    },
  )
})
