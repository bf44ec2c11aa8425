/** Limits of runs through crashes of the daemon. */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { digest } from '../../../src/base/digest.ts'
import { installedProgram } from '../../../src/daemon/here.ts'
import { cgroupName, cgroupPrefix } from '../../../src/isolation/limits.ts'
import { cgroupsIn, killCgroup, makeCgroup, membersOf, removeCgroup } from '../../../src/platform/cgroup.ts'
import { cgroupIn, findCgroups, foldersOf, type CgroupFolders } from '../../../src/platform/cgroup-place.ts'
import { eventually } from '../../helpers/eventually.ts'
import { sh, test as onSite, type Site } from '../../helpers/spawned-daemon.ts'

const { enter } = installedProgram()
const place = findCgroups(enter)
const simulatedAgent = join(import.meta.dirname, '..', '..', 'helpers', 'simulated-agent.ts')
const SLOW_MS = 40_000

/** Cgroups of a site that are there now. */
function cgroupsOf({ stateDir }: Site): Map<string, CgroupFolders> {
  return place === undefined ? new Map() : cgroupsIn(place, cgroupPrefix(digest(stateDir)))
}

/** `test` with `site`, of which no cgroup is left even if the test fails. */
const test = onSite.extend<{ cgroupsGone: undefined }>({
  cgroupsGone: [
    async ({ site }, use) => {
      await use(undefined)
      for (const cgroup of cgroupsOf(site).values()) await emptied(cgroup)
    },
    { auto: true },
  ],
})

/** Does nothing until the file `go` is there, then what its words say. */
function onceTold(words: string): string {
  return sh(
    `touch "$MARROW_WORKSPACE/ready"; until [ -e "$MARROW_WORKSPACE/go" ]; do sleep 0.02; done; ${words}`,
  )
}

function isReady(site: Site): Promise<true> {
  return eventually('the agent', () => existsSync(join(site.workspace, 'ready')) || undefined, SLOW_MS)
}

/** The outcome on record of the only run, once it has ended. */
function outcomeOf(site: Pick<Site, 'rows'>): Promise<Record<string, unknown>> {
  return eventually(
    'the end of the run',
    () => {
      const [row] = site.rows("select outcome from runs where state = 'ended'")
      return row === undefined ? undefined : JSON.parse(String(row['outcome']))
    },
    SLOW_MS,
  )
}

describe.runIf(place?.memory !== undefined && place.processes !== undefined)('in a cgroup', () => {
  test('a run that goes over its memory while no daemon lives is named so by the next one', async ({
    site,
    expect,
  }) => {
    const eat = `"${process.execPath}" "${simulatedAgent}" --eat 600MB`
    await site.write({
      taker: { agent_command: onceTold(`exec ${eat}`), isolation: '{ memory = "192MiB" }' },
    })
    const first = await site.start()
    await isReady(site)
    await first.kill()
    writeFileSync(join(site.workspace, 'go'), '')
    await eventually('the kernel to end it', () =>
      [...cgroupsOf(site).values()].every((cgroup) => membersOf(cgroup).length === 0) ? true : undefined,
    )
    expect(cgroupsOf(site).size).toBe(1)
    await site.start()
    expect(await outcomeOf(site)).toEqual({
      kind: 'ended',
      by: 'memory',
      exitCode: 137,
      limit: 192 * 1024 ** 2,
    })
    await eventually('its cgroup to be gone', () => (cgroupsOf(site).size === 0 ? true : undefined))
  })

  test('a run that was taken over is held to the limits that it was started with', async ({
    site,
    expect,
  }) => {
    const command = onceTold('for i in $(seq 60); do env -i setsid sleep 60 & done; wait')
    await site.write({ taker: { agent_command: command, isolation: '{ processes = 30 }' } })
    const first = await site.start()
    await isReady(site)
    await first.kill()
    await site.write({ taker: { agent_command: command, isolation: '{ processes = 300 }' } })
    await site.start()
    writeFileSync(join(site.workspace, 'go'), '')
    expect(await outcomeOf(site)).toMatchObject({ kind: 'ended', by: 'processes', limit: 30 })
    await eventually('its cgroup to be gone', () => (cgroupsOf(site).size === 0 ? true : undefined))
  })

  test('a daemon ends what stands in cgroups of its state_dir without a run on record, and touches no others', async ({
    site,
    expect,
  }) => {
    await site.write({ quiet: { agent_command: sh('true') } })
    const own = inhabited(cgroupName(digest(site.stateDir), 'gone-1'))
    const other = inhabited(cgroupName(digest(site.dir), 'alive-1'))
    try {
      await eventually('both to be inside', () =>
        [own, other].every((cgroup) => membersOf(cgroup).length === 1) ? true : undefined,
      )
      await site.start()
      expect(foldersOf(own).filter((folder) => existsSync(folder))).toEqual([])
      expect(membersOf(other)).toHaveLength(1)
    } finally {
      for (const cgroup of [own, other]) await emptied(cgroup)
    }
  })
})

/** A cgroup in which something sleeps that nobody would find. */
function inhabited(name: string): CgroupFolders {
  const cgroup = cgroupIn(place ?? { version: 2, memory: undefined, processes: undefined }, name)
  makeCgroup(cgroup, { memoryBytes: undefined, processesMax: undefined })
  spawn(enter, [...foldersOf(cgroup), '--', 'env', '-i', 'setsid', 'sleep', '60'], { stdio: 'ignore' })
  return cgroup
}

function emptied(cgroup: CgroupFolders): Promise<true> {
  return eventually('the cgroup to be gone', () => {
    killCgroup(cgroup)
    return removeCgroup(cgroup) || undefined
  })
}
