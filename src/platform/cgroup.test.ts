/** Real cgroups where this machine lets us make them (root does, as in CI), and files that look like those of version 2. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test as inDir } from '../../test/helpers/temp-dir.ts'
import { cgroupIn, findCgroups, foldersOf, type CgroupFolders } from './cgroup-place.ts'
import {
  cgroupsIn,
  killCgroup,
  makeCgroup,
  membersOf,
  readCgroupEvents,
  removeCgroup,
  type CgroupLimits,
} from './cgroup.ts'

const enter = fileURLToPath(new URL('../../bin/enter', import.meta.url))
const place = findCgroups(enter)
const unlimited: CgroupLimits = { memoryBytes: undefined, processesMax: undefined }

/** `cgroup`: a name for a cgroup of this test; what is in it is killed, and it is removed. */
const test = inDir.extend<{ cgroup: CgroupFolders }>({
  cgroup: async ({ dir }, use) => {
    const cgroup = cgroupIn(
      place ?? { version: 2, memory: undefined, processes: undefined },
      `marrow-${basename(dir)}`,
    )
    await use(cgroup)
    await eventually('the cgroup to be gone', () => {
      killCgroup(cgroup)
      return removeCgroup(cgroup) ? true : undefined
    })
  },
})

/** Starts a line of sh in it. */
function startIn(cgroup: CgroupFolders, script: string) {
  return spawn(enter, [...foldersOf(cgroup), '--', 'sh', '-c', script], { stdio: 'ignore' })
}

describe.runIf(place !== undefined)('a cgroup', () => {
  test('holds what entered it, and is told apart by its name', ({ cgroup, dir, expect }) => {
    makeCgroup(cgroup, unlimited)
    makeCgroup(cgroup, unlimited) // A daemon that died in between makes it once more.
    const found = cgroupsIn(place ?? cgroup, `marrow-${basename(dir)}`)
    expect([...found]).toEqual([[`marrow-${basename(dir)}`, cgroup]])
    expect(membersOf(cgroup)).toEqual([])
    expect(readCgroupEvents(cgroup)).toEqual({ memoryKills: 0, refusedForks: 0 })
    expect(removeCgroup(cgroup)).toBe(true)
    expect(foldersOf(cgroup).some((folder) => existsSync(folder))).toBe(false)
    expect(removeCgroup(cgroup)).toBe(true)
  })

  test.runIf(place?.memory !== undefined)(
    'kills what takes too much memory, and counts it',
    async ({ cgroup, expect }) => {
      makeCgroup(cgroup, { ...unlimited, memoryBytes: 32 * 1024 * 1024 })
      const eater = startIn(cgroup, 'x=xxxxxxxx; while :; do x=$x$x; done')
      expect(await once(eater, 'exit')).toEqual([null, 'SIGKILL'])
      expect(readCgroupEvents(cgroup)).toMatchObject({ memoryKills: 1 })
    },
  )

  test.runIf(place?.processes !== undefined)(
    'refuses a process too many, and counts it',
    async ({ cgroup, expect }) => {
      makeCgroup(cgroup, { ...unlimited, processesMax: 4 })
      const forker = startIn(cgroup, 'for i in 1 2 3 4; do sleep 60 & done')
      expect((await once(forker, 'exit'))[0]).not.toBe(0)
      expect(readCgroupEvents(cgroup)).toMatchObject({ refusedForks: 1 })
      expect(membersOf(cgroup)).toHaveLength(3)
    },
  )

  test('is not removed while something is in it; everything in it can be killed, however it hides', async ({
    cgroup,
    expect,
  }) => {
    makeCgroup(cgroup, unlimited)
    await once(startIn(cgroup, 'env -i setsid sh -c \'trap "" TERM; sleep 60 & sleep 60\' & exit 0'), 'exit')
    await eventually('both sleeps', () => (membersOf(cgroup).length === 3 ? true : undefined))
    expect(removeCgroup(cgroup)).toBe(false)
    await eventually('nobody to be left', () => (killCgroup(cgroup) === 0 ? true : undefined))
    expect(removeCgroup(cgroup)).toBe(true)
  })

  test('is emptied of processes that fork all the time', async ({ cgroup, expect }) => {
    makeCgroup(cgroup, unlimited)
    startIn(cgroup, 'for i in 1 2 3 4 5 6 7 8 9; do (while :; do (:) & done) & done; wait')
    await eventually('a crowd', () => (membersOf(cgroup).length > 9 ? true : undefined))
    await eventually('nobody to be left', () => (killCgroup(cgroup) === 0 ? true : undefined))
    expect(membersOf(cgroup)).toEqual([])
  })

  test('goes with cgroups that were made within it', async ({ cgroup, expect }) => {
    makeCgroup(cgroup, unlimited)
    const inner = cgroupIn(cgroup, 'inner')
    makeCgroup(inner, unlimited)
    startIn(inner, 'exec sleep 60')
    await eventually('the sleep', () => (membersOf(cgroup).length === 1 ? true : undefined))
    await eventually('nobody to be left', () => (killCgroup(cgroup) === 0 ? true : undefined))
    expect(removeCgroup(cgroup)).toBe(true)
  })
})

function inVersion2(folder: string): CgroupFolders {
  return { version: 2, memory: folder, processes: folder }
}

inDir(
  'kills in a cgroup of version 1 that never came near its limit were not for its limit',
  ({ dir, expect }) => {
    const files = {
      'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
      'memory.limit_in_bytes': '1000\n',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    const kills = (most: string) => {
      writeFileSync(join(dir, 'memory.max_usage_in_bytes'), most)
      return readCgroupEvents({ version: 1, memory: dir, processes: undefined }).memoryKills
    }
    expect([kills('500\n'), kills('990\n')]).toEqual([0, 1])
  },
)

describe('a cgroup of version 2', () => {
  inDir('is told its limits, to do without swap, and to die whole', ({ dir, expect }) => {
    const folder = join(dir, 'run')
    mkdirSync(folder)
    for (const name of ['memory.swap.max', 'memory.oom.group']) writeFileSync(join(folder, name), '')
    makeCgroup(inVersion2(folder), { memoryBytes: 1_000, processesMax: 20 })
    const told = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(['memory.max', 'pids.max', 'memory.swap.max', 'memory.oom.group'].map(told)).toEqual([
      '1000',
      '20',
      '0',
      '1',
    ])
  })

  inDir('is asked what the kernel did', ({ dir, expect }) => {
    writeFileSync(join(dir, 'memory.events'), 'low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 1\n')
    writeFileSync(join(dir, 'pids.events'), 'max 5\n')
    expect(readCgroupEvents(inVersion2(dir))).toEqual({ memoryKills: 1, refusedForks: 5 })
    writeFileSync(join(dir, 'memory.events'), 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\noom_group_kill 0\n')
    expect(readCgroupEvents(inVersion2(dir)).memoryKills).toBe(0) // The whole machine had no memory left.
  })

  inDir('that is gone has counted nothing', ({ dir, expect }) => {
    expect(readCgroupEvents(inVersion2(join(dir, 'gone')))).toEqual({ memoryKills: 0, refusedForks: 0 })
    expect(killCgroup(inVersion2(join(dir, 'gone')))).toBe(0)
  })

  inDir('that cannot be made is an error that says why, and nothing of it is left', ({ dir, expect }) => {
    const cgroup: CgroupFolders = { version: 2, memory: join(dir, 'm'), processes: undefined }
    expect(() => makeCgroup(cgroup, { memoryBytes: 1, processesMax: 1 })).toThrow(
      /Cannot make a cgroup: there is no controller for pids.max/,
    )
    expect(existsSync(join(dir, 'm'))).toBe(false)
  })
})
