/** Processes that do not want to end: of agents and of context providers. However a run or a job ends, none of them is left. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { systemProcesses } from '../../../src/platform/processes.ts'
import { eventually } from '../../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

const SLOW_MS = 40_000

/**
 * A process that ignores TERM and writes its pid into `<dir>/pids/NAME`. Its words hold the test's folder, so that the
 * test finds it whatever it does with its environment.
 */
function deaf(site: Site, name: string): string {
  const script = `trap "" TERM INT HUP; echo $$ >"$0/pids/${name}"; while :; do sleep 0.2; done`
  return `sh -c '${script}' '${site.dir}'`
}

const CLEAN = 'env -i PATH="$PATH"'

/** Children of an agent, each by another way out of reach: by session, by parent, by environment, by two of these. */
function escapes(site: Site): Record<string, string> {
  return {
    session: `setsid ${deaf(site, 'session')} &`,
    clean: `${CLEAN} ${deaf(site, 'clean')} &`,
    orphan: `(${deaf(site, 'orphan')} &)`,
    'orphan-session': `(setsid ${deaf(site, 'orphan-session')} &)`,
    'orphan-clean': `(${CLEAN} ${deaf(site, 'orphan-clean')} &)`,
    'clean-session': `setsid ${CLEAN} ${deaf(site, 'clean-session')} &`,
  }
}

/** An agent that lets all of them loose, ignores TERM, and stays. */
function unruly(site: Site): string {
  const script = [
    'trap "" TERM INT HUP',
    ...Object.values(escapes(site)),
    'while :; do sleep 0.2; done',
  ].join('\n')
  const path = join(site.dir, 'unruly.sh')
  writeFileSync(path, script)
  return JSON.stringify(['sh', path])
}

/** Waits until all of them have begun, and returns their pids. */
function pidsOf(site: Site, names: readonly string[]): Promise<number[]> {
  return eventually(
    'all processes to begin',
    () => {
      const pids = names.map((name) => {
        const path = join(site.dir, 'pids', name)
        return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
      })
      return pids.every((pid) => pid > 0) ? pids : undefined
    },
    SLOW_MS,
  )
}

function endOf(daemon: SpawnedDaemon, agent: string) {
  return eventually(
    `the end of ${agent}`,
    async () => (await daemon.ask('runs', { agent })).runs.find(({ state }) => state === 'ended'),
    SLOW_MS,
  )
}

function isAlive(pid: number): boolean {
  return systemProcesses.identify(pid) !== undefined
}

async function begin(site: Site, values: Readonly<Record<string, string>> = {}) {
  mkdirSync(join(site.dir, 'pids'))
  await site.write({ unruly: { agent_command: unruly(site), ...values } })
  const daemon = await site.start()
  const pids = await pidsOf(site, Object.keys(escapes(site)))
  return { daemon, pids }
}

describe('an agent that ignores TERM, and whose children hide', () => {
  test('is gone with all of them after cancel', async ({ site, expect }) => {
    const { daemon, pids } = await begin(site)
    expect(pids.filter((pid) => !isAlive(pid))).toEqual([])
    expect(await site.marrow('cancel', 'unruly')).toMatchObject({ code: 0 })
    expect((await endOf(daemon, 'unruly')).outcome).toBe('ended by operator')
    expect(pids.filter(isAlive)).toEqual([])
    expect(site.processes()).toEqual([])
  })

  test('is gone with all of them after its deadline', async ({ site, expect }) => {
    const { daemon, pids } = await begin(site, { heartbeat_timeout: '5' })
    expect((await endOf(daemon, 'unruly')).outcome).toBe('ended by deadline')
    expect(pids.filter(isAlive)).toEqual([])
    expect(site.processes()).toEqual([])
  })

  test('is gone with all of them after a stop', async ({ site, expect }) => {
    const { daemon, pids } = await begin(site)
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    expect(site.processes()).toEqual([])
    expect(site.rows('select outcome from runs')).toEqual([
      { outcome: '{"kind":"ended","by":"stop","exitCode":137}' },
    ])
  })

  test('is gone with all of them after cancel by a daemon that took the run over', async ({
    site,
    expect,
  }) => {
    const { daemon, pids } = await begin(site)
    await daemon.kill()
    const next = await site.start()
    await next.ask('cancel', { target: 'unruly' })
    expect((await endOf(next, 'unruly')).outcome).toBe('ended by operator')
    expect(pids.filter(isAlive)).toEqual([])
    expect(site.processes()).toEqual([])
  })
})

/** A context provider of the workspace. */
async function writeWithProvider(site: Site, script: string): Promise<void> {
  const folder = join(site.workspace, 'context.d')
  mkdirSync(folder)
  mkdirSync(join(site.dir, 'pids'))
  writeFileSync(join(folder, 'stuck.sh'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'stuck.sh'), 0o755)
  await site.write(
    { scout: { agent_command: sh('true'), context_dirs: `['${folder}']` } },
    { context_timeout_seconds: '1' },
  )
}

describe('a context provider that hangs', () => {
  test('with children that hold its output is ended at its deadline, and the tick goes on', async ({
    site,
    expect,
  }) => {
    const children = ['setsid', '', `setsid ${CLEAN}`]
      .map((how, index) => `${how} ${deaf(site, `child-${index}`)} &`)
      .join('\n')
    const orphan = `(setsid ${deaf(site, 'child-3')} &)`
    await writeWithProvider(
      site,
      `trap "" TERM\n${children}\n${orphan}\necho half of the facts\nwhile :; do sleep 0.2; done`,
    )
    const daemon = await site.start()
    const pids = await pidsOf(site, ['child-0', 'child-1', 'child-2', 'child-3'])
    const run = await endOf(daemon, 'scout')
    expect(run.outcome).toBe('succeeded')
    const { text } = await daemon.ask('readLog', { id: run.id, stream: 'prompt', limit: 1_000_000 })
    expect(text).toContain('[context provider failed: deadline]\nhalf of the facts')
    expect((await daemon.ask('status', {})).agents['scout']?.provider_failures).toEqual(['stuck: deadline'])
    expect(pids.filter(isAlive)).toEqual([])
    expect(site.processes()).toEqual([])
  })

  test('while the daemon is killed is not left behind once the next one is up', async ({ site, expect }) => {
    await writeWithProvider(
      site,
      `setsid ${deaf(site, 'child')} &\n[ -e "$MARROW_WORKSPACE/second" ] || while :; do sleep 0.2; done`,
    )
    const first = await site.start()
    const [pid = 0] = await pidsOf(site, ['child'])
    await first.kill()
    writeFileSync(join(site.workspace, 'second'), '')
    const second = await site.start()
    expect((await endOf(second, 'scout')).outcome).toBe('succeeded')
    await eventually('the child of the dead job to be gone', () => (isAlive(pid) ? undefined : true))
    expect(site.processes()).toEqual([])
  })
})
