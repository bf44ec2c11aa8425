/** How runs behind the wall end, as a daemon sees it: with their own code where they have one, and without a trace. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { systemProcesses, type ProcessIdentity } from '../../src/platform/processes.ts'
import { parseSandbox } from '../../src/platform/sandbox.ts'
import { runPaths } from '../../src/runner/folder.ts'
import { eventually } from '../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon, type Values } from '../helpers/spawned-daemon.ts'

const SLOW_MS = 40_000

/** A process that ignores TERM; its words hold the test's folder, so that the test finds it. */
const deaf = (site: Site) => `sh -c 'trap "" TERM INT HUP; while :; do sleep 0.2; done' '${site.dir}'`

/** Lets processes loose by every way out that a run has, ignores TERM, and stays. */
function unruly(site: Site): string {
  const clean = 'env -i PATH="$PATH"'
  const script = [
    'trap "" TERM INT HUP',
    `setsid ${deaf(site)} &`,
    `(setsid ${clean} ${deaf(site)} &)`,
    `(${clean} ${deaf(site)} &)`,
    'touch "$MARROW_WORKSPACE/up"',
    'while :; do sleep 0.2; done',
  ].join('\n')
  writeFileSync(join(site.workspace, 'unruly.sh'), script)
  return JSON.stringify(['sh', join(site.workspace, 'unruly.sh'), site.dir])
}

interface Begun {
  readonly daemon: SpawnedDaemon
  readonly run: string
  /** What belonged to the run once it was up. */
  readonly processes: readonly ProcessIdentity[]
}

/** Starts a daemon with one agent behind the wall and waits until the file `up` is in its workspace. */
async function begin(site: Site, command: string, values: Values = {}): Promise<Begun> {
  await site.write({ scout: { agent_command: command, ...values } }, { 'isolation.mode': "'required'" })
  const daemon = await site.start()
  await eventually('the agent', () => existsSync(join(site.workspace, 'up')) || undefined, SLOW_MS)
  const processes = site.processes().flatMap(({ pid }) => systemProcesses.identify(pid) ?? [])
  const run = String(site.rows('select id from runs')[0]?.['id'])
  return { daemon, run, processes }
}

function endOf(daemon: SpawnedDaemon) {
  return eventually(
    'the end of the run',
    async () => (await daemon.ask('runs', {})).runs.find(({ state }) => state === 'ended'),
    SLOW_MS,
  )
}

const outcomes = (site: Site) => site.rows('select outcome from runs').map((row) => String(row['outcome']))
const alive = (processes: readonly ProcessIdentity[]) =>
  processes.filter((each) => systemProcesses.isAlive(each))
const folderOf = (site: Site, run: string) => join(site.stateDir, 'runs', run)

/** What of the run is still there. */
const leftOf = (site: Site, { processes }: Begun) => [...alive(processes), ...site.processes()]

describe('an agent behind the wall that is cancelled', () => {
  test('has its time, its last words and its own code', async ({ site, expect }) => {
    const script = `trap 'sleep 0.2; echo bye; touch "$MARROW_WORKSPACE/left"; exit 3' TERM
      touch "$MARROW_WORKSPACE/up"; while :; do sleep 0.05; done`
    const { daemon, run, processes } = await begin(site, sh(script))
    expect(await site.marrow('cancel', 'scout')).toMatchObject({ code: 0 })
    await endOf(daemon)
    expect(outcomes(site)).toEqual(['{"kind":"ended","by":"operator","exitCode":3}'])
    expect(readFileSync(runPaths(folderOf(site, run)).stdout, 'utf8')).toBe('bye\n')
    expect([existsSync(join(site.workspace, 'left')), alive(processes)]).toEqual([true, []])
  })
})

describe('an agent behind the wall that ignores TERM, and whose children hide', () => {
  test('is gone with all of them after cancel', async ({ site, expect }) => {
    const begun = await begin(site, unruly(site))
    expect(begun.processes.length).toBeGreaterThan(8) // The launcher's three, bubblewrap's two, the agent and its three.
    await begun.daemon.ask('cancel', { target: 'scout' })
    expect((await endOf(begun.daemon)).outcome).toBe('ended by operator')
    expect(leftOf(site, begun)).toEqual([])
  })

  test('is gone with all of them after a stop', async ({ site, expect }) => {
    const begun = await begin(site, unruly(site))
    begun.daemon.signal('SIGTERM')
    expect(await begun.daemon.ended).toBe(0)
    expect(outcomes(site)).toEqual(['{"kind":"ended","by":"stop","exitCode":137}'])
    expect(leftOf(site, begun)).toEqual([])
  })

  test('is gone with all of them when the daemon is killed between TERM and KILL', async ({
    site,
    expect,
  }) => {
    const begun = await begin(site, unruly(site))
    await begun.daemon.ask('cancel', { target: 'scout' })
    await eventually(
      'TERM',
      () => site.rows("select 1 from runs where json_extract(ending, '$.termAt') is not null")[0],
    )
    await begun.daemon.kill()
    expect(leftOf(site, begun)).not.toEqual([])
    const next = await site.start()
    expect((await endOf(next)).outcome).toBe('ended by operator')
    expect(leftOf(site, begun)).toEqual([])
  })

  test('is gone with all of them when its launcher is killed', async ({ site, expect }) => {
    const begun = await begin(site, unruly(site))
    process.kill(Number(site.rows('select pid from runs')[0]?.['pid']), 'SIGKILL')
    expect((await endOf(begun.daemon)).outcome).toMatch(/^lost/)
    expect(leftOf(site, begun)).toEqual([])
  })

  test('is gone with all of them when bubblewrap is killed', async ({ site, expect }) => {
    const begun = await begin(site, unruly(site))
    const first = parseSandbox(readFileSync(runPaths(folderOf(site, begun.run)).sandbox, 'utf8'))
    const outer = systemProcesses.list().find(({ pid }) => pid === first)?.parent
    if (outer === undefined) throw new Error('There is no sandbox.')
    process.kill(outer, 'SIGKILL')
    expect((await endOf(begun.daemon)).outcome).toBe('ended by signal 9')
    expect(leftOf(site, begun)).toEqual([])
  })
})

describe('a run behind the wall', () => {
  test('cannot change what is on record of its prompt', async ({ site, expect }) => {
    const script = 'cat >/dev/null; echo forged 1<>/proc/self/fd/0; touch "$MARROW_WORKSPACE/up"'
    const { daemon, run } = await begin(site, sh(script), { prompt_via: "'stdin'" })
    expect((await endOf(daemon)).outcome).toBe('succeeded')
    const { prompt, stdin } = runPaths(folderOf(site, run))
    expect(readFileSync(prompt, 'utf8')).not.toContain('forged')
    expect(existsSync(stdin)).toBe(false)
  })

  test('has three files open and no more', async ({ site, expect }) => {
    const { daemon, run } = await begin(site, sh('ls /proc/$$/fd; touch "$MARROW_WORKSPACE/up"'))
    await endOf(daemon)
    expect(readFileSync(runPaths(folderOf(site, run)).stdout, 'utf8')).toBe('0\n1\n2\n')
  })
})

describe('a context provider behind the wall', () => {
  test('leaves nothing behind, and cannot write who its first process is', async ({ site, expect }) => {
    const providers = join(site.workspace, 'context.d')
    mkdirSync(providers)
    const script = [
      '#!/bin/sh',
      `(setsid env -i PATH="$PATH" ${deaf(site)} >/dev/null 2>&1 &)`,
      '[ -e /proc/$$/fd/3 ] && echo a fourth file is open || echo no fourth file is open',
    ].join('\n')
    writeFileSync(join(providers, 'leaving.sh'), `${script}\n`, { mode: 0o755 })
    const { daemon, run } = await begin(site, sh('touch "$MARROW_WORKSPACE/up"'), {
      context_dirs: `['${providers}']`,
    })
    expect((await endOf(daemon)).outcome).toBe('succeeded')
    expect(readFileSync(runPaths(folderOf(site, run)).prompt, 'utf8')).toContain('\nno fourth file is open\n')
    expect(site.processes()).toEqual([])
  })
})
