import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { cgroupIn, findCgroups, foldersOf, placesOf } from './cgroup-place.ts'

const enter = fileURLToPath(new URL('../../bin/enter', import.meta.url))

const unified = '31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw'
const memory = '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'
const pids = '39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids'

describe('placesOf', () => {
  test.for<[what: string, own: string, mounts: string[], places: object[]]>([
    [
      'beside the folder of a service that has a subgroup of its own',
      '0::/system.slice/marrow.service/daemon',
      [unified],
      [
        {
          version: 2,
          memory: '/sys/fs/cgroup/system.slice/marrow.service',
          processes: '/sys/fs/cgroup/system.slice/marrow.service',
        },
      ],
    ],
    [
      'in the top folder for a daemon that stands there itself',
      '0::/',
      [unified],
      [{ version: 2, memory: '/sys/fs/cgroup', processes: '/sys/fs/cgroup' }],
    ],
    [
      'below the own folders in version 1',
      '8:pids:/user/a\n4:memory:/user/a/b',
      [memory, pids],
      [{ version: 1, memory: '/sys/fs/cgroup/memory/user/a/b', processes: '/sys/fs/cgroup/pids/user/a' }],
    ],
    [
      'in the part of the hierarchy that a container shows',
      '4:memory:/docker/0a1b/inner',
      ['35 31 0:32 /docker/0a1b /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory'],
      [{ version: 1, memory: '/sys/fs/cgroup/memory/inner', processes: undefined }],
    ],
    [
      'nowhere when the own folder is not shown',
      '4:memory:/elsewhere',
      ['35 31 0:32 /docker/0a1b /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory'],
      [],
    ],
    [
      'in both versions where both are mounted, version 2 first',
      '4:memory:/\n0::/',
      [memory, '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'],
      [
        { version: 2, memory: '/sys/fs/cgroup/unified', processes: '/sys/fs/cgroup/unified' },
        { version: 1, memory: '/sys/fs/cgroup/memory', processes: undefined },
      ],
    ],
    [
      'with controllers that share a mount and a space in the path',
      '3:cpu,memory:/a b\n5:pids:/c',
      [String.raw`35 31 0:32 / /mnt/my\040groups rw - cgroup cgroup rw,cpu,memory`],
      [{ version: 1, memory: '/mnt/my groups/a b', processes: undefined }],
    ],
    ['nowhere without cgroups', '', ['20 1 0:5 / / rw - ext4 /dev/sda rw'], []],
  ])('finds them %s', ([, own, mounts, places], { expect }) => {
    expect(placesOf(own, `${mounts.join('\n')}\n`)).toEqual(places)
  })
})

test('a cgroup has each of its folders once', ({ expect }) => {
  const place = { version: 2, memory: '/c', processes: '/c' } as const
  expect(foldersOf(cgroupIn(place, 'run'))).toEqual(['/c/run'])
  expect(foldersOf(cgroupIn({ version: 1, memory: '/m', processes: undefined }, 'run'))).toEqual(['/m/run'])
})

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'as root a place is found that takes processes, and the search leaves nothing there',
  ({ expect }) => {
    const place = findCgroups(enter)
    expect(place?.memory ?? place?.processes).toBeDefined()
    const left = foldersOf(place ?? { version: 2, memory: undefined, processes: undefined }).flatMap(
      (folder) => readdirSync(folder).filter((name) => name === `marrow-probe-${process.pid}`),
    )
    expect(left).toEqual([])
  },
)

test.for(['true', 'false', '/nowhere/enter'])(
  'no place is believed in which %s puts no process',
  (program, { expect }) => {
    expect(findCgroups(program)).toBeUndefined()
  },
)
