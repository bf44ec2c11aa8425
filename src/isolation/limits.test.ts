import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { hitInWords, hitNow, hitOf, type FailedEnd, type LimitSigns } from './limit-hits.ts'
import { entryWords, rlimitWords } from './limit-words.ts'
import {
  cgroupLimits,
  cgroupName,
  cgroupPrefix,
  isHeld,
  planLimits,
  processCeiling,
  weakLimits,
  type LimitedRun,
  type LimitFacts,
  type LimitPlan,
  type Limits,
} from './limits.ts'

const all: Limits = { memoryBytes: 1_000_000, processesMax: 100, fileBytesMax: 5_000 }
const none: Limits = { memoryBytes: undefined, processesMax: undefined, fileBytesMax: undefined }
const version1 = { version: 1, memory: '/m', processes: '/p' } as const
const version2 = { version: 2, memory: '/c', processes: '/c' } as const
const bare: LimitFacts = { cgroups: undefined, prlimit: '/usr/bin/prlimit' }
const ordinary: LimitedRun = { cgroupName: 'one', wall: 'bubblewrap', root: false }

function planned(facts: Partial<LimitFacts>, run: Partial<LimitedRun> = {}, limits = all): LimitPlan {
  const plan = planLimits(limits, { ...bare, ...facts }, { ...ordinary, ...run })
  if (plan === undefined) throw new Error('a limit must make a plan')
  return plan
}

describe('planLimits', () => {
  test.for<[string, Partial<LimitFacts>, Partial<LimitedRun>, LimitPlan['means']]>([
    [
      'by a cgroup',
      { cgroups: version1 },
      {},
      { memory: 'cgroup', processes: 'cgroup', fileSize: 'prlimit' },
    ],
    [
      'by a cgroup also without a wall',
      { cgroups: version2 },
      { wall: undefined },
      { memory: 'cgroup', processes: 'cgroup', fileSize: 'prlimit' },
    ],
    [
      'by what the cgroup has',
      { cgroups: { ...version1, memory: undefined } },
      {},
      { memory: 'sampling', processes: 'cgroup', fileSize: 'prlimit' },
    ],
    [
      'by the namespace of the wall',
      {},
      {},
      { memory: 'sampling', processes: 'namespace', fileSize: 'prlimit' },
    ],
    [
      'by looking: root is not held in a namespace',
      {},
      { root: true },
      { memory: 'sampling', processes: 'sampling', fileSize: 'prlimit' },
    ],
    [
      'by looking: without a wall all processes of the user would count',
      {},
      { wall: undefined },
      { memory: 'sampling', processes: 'sampling', fileSize: 'prlimit' },
    ],
    [
      'by looking: seatbelt has no namespaces',
      { prlimit: undefined },
      { wall: 'seatbelt' },
      { memory: 'sampling', processes: 'sampling', fileSize: 'ulimit' },
    ],
  ])('holds a run %s', ([, facts, run, means], { expect }) => {
    expect(planned(facts, run).means).toEqual(means)
  })

  test('makes no plan without limits', ({ expect }) => {
    expect(planLimits(none, { ...bare, cgroups: version1 }, ordinary)).toBeUndefined()
  })

  test('makes a cgroup only for what is limited by it, then with all controllers', ({ expect }) => {
    const facts = { cgroups: version1 }
    expect(planned(facts, {}, { ...none, fileBytesMax: 1 }).cgroup).toBeUndefined()
    expect(planned(facts, {}, { ...none, memoryBytes: 1 }).cgroup).toEqual({
      version: 1,
      memory: '/m/one',
      processes: '/p/one',
    })
  })

  test('goes on after it was on record as text', ({ expect }) => {
    const plan: LimitPlan = JSON.parse(
      JSON.stringify(planned({ cgroups: { ...version1, memory: undefined } })),
    )
    expect(hitNow(plan, signs({ refusedForks: 1 }))).toEqual({ by: 'processes', limit: 100 })
    expect(entryWords(plan, 'enter')).toEqual(['enter', '/p/one', '--'])
  })
})

function held(plan: LimitPlan): boolean[] {
  return [isHeld(plan, 'memory'), isHeld(plan, 'processes')]
}

describe('what the kernel is told', () => {
  test.for<[string, Partial<LimitFacts>, Partial<LimitedRun>, number | undefined]>([
    ['a cgroup around a wall: its two processes come on top', { cgroups: version1 }, {}, 102],
    ['a cgroup without a wall', { cgroups: version1 }, { wall: undefined }, 100],
    ['a namespace: one is of the wall, and one too many must be seen', {}, {}, 102],
    ['nothing where it is looked at', {}, { root: true }, undefined],
  ])('of processes: %s', ([, facts, run, ceiling], { expect }) => {
    expect(processCeiling(planned(facts, run))).toBe(ceiling)
  })

  test('the cgroup is told what it is to hold, and nothing else', ({ expect }) => {
    expect(cgroupLimits(planned({ cgroups: version1 }))).toEqual({
      memoryBytes: 1_000_000,
      processesMax: 102,
    })
    expect(cgroupLimits(planned({ cgroups: { ...version1, memory: undefined } }))).toEqual({
      memoryBytes: undefined,
      processesMax: 102,
    })
  })

  test('a run over a limit gets time to end only where the kernel holds it meanwhile', ({ expect }) => {
    expect(held(planned({ cgroups: version1 }))).toEqual([true, true])
    expect(held(planned({}))).toEqual([false, true])
    expect(held(planned({}, { root: true }))).toEqual([false, false])
  })
})

test('what only looking limits is said', ({ expect }) => {
  expect(weakLimits(planned({ cgroups: version2 }))).toEqual([])
  expect(weakLimits(planned({}, { root: true })).map((each) => each.slice(0, 23))).toEqual([
    'the memory is looked at',
    'the number of processes',
  ])
})

test('the name of a cgroup tells whose it is', ({ expect }) => {
  expect(cgroupName('abc', 'scout-1').startsWith(cgroupPrefix('abc'))).toBe(true)
  expect(cgroupName('abc', 'scout-1').startsWith(cgroupPrefix('ab'))).toBe(false)
})

describe('the words in front of a command', () => {
  const enter = '/core/bin/enter'

  test('enter each folder of the cgroup once', ({ expect }) => {
    expect(entryWords(planned({ cgroups: version1 }), enter)).toEqual([enter, '/m/one', '/p/one', '--'])
    expect(entryWords(planned({ cgroups: version2 }), enter)).toEqual([enter, '/c/one', '--'])
    expect(entryWords(planned({}), enter)).toEqual([])
    expect(entryWords(null, enter)).toEqual([])
  })

  test('set the limits of the process itself', ({ expect }) => {
    expect(rlimitWords(planned({ cgroups: version1 }), bare)).toEqual([
      '/usr/bin/prlimit',
      '--fsize=5000',
      '--',
    ])
    expect(rlimitWords(planned({}), bare)).toEqual(['/usr/bin/prlimit', '--fsize=5000', '--nproc=102', '--'])
    expect(rlimitWords(planned({}, {}, { ...none, processesMax: 20 }), bare)).toEqual([
      '/usr/bin/prlimit',
      '--nproc=22',
      '--',
    ])
    expect(rlimitWords(planned({ cgroups: version1 }, {}, { ...none, memoryBytes: 1 }), bare)).toEqual([])
    expect(rlimitWords(null, bare)).toEqual([])
  })

  test('go by a fixed script without prlimit, in blocks of 512 bytes, never less than was asked for', ({
    expect,
  }) => {
    const facts = { cgroups: undefined, prlimit: undefined }
    const [sh, option, script, name, blocks] = rlimitWords(planned(facts), facts)
    expect([sh, option, name, blocks]).toEqual(['/bin/sh', '-c', 'limit', '10'])
    expect(script).toContain('"$@"')
    expect(rlimitWords(planned(facts, {}, { ...none, processesMax: 20 }), facts)).toEqual([])
  })
})

/** What a look shows: nothing but this. */
function signs(shown: {
  memoryKills?: number
  refusedForks?: number
  residentBytes?: number
  tasks?: number
}): LimitSigns {
  const { memoryKills = 0, refusedForks = 0, residentBytes = 0, tasks = 0 } = shown
  return { events: { memoryKills, refusedForks }, usage: { residentBytes, tasks } }
}

describe('hitNow', () => {
  const byCgroup = planned({ cgroups: version1 })
  const byLooking = planned({}, { root: true })
  const memory = { by: 'memory', limit: 1_000_000 }
  const processes = { by: 'processes', limit: 100 }

  test.for<[string, LimitPlan, LimitSigns, object | undefined]>([
    ['a process that the kernel killed', byCgroup, signs({ memoryKills: 1 }), memory],
    ['a fork that the kernel refused', byCgroup, signs({ refusedForks: 3 }), processes],
    ['both: memory comes first', byCgroup, signs({ memoryKills: 1, refusedForks: 3 }), memory],
    [
      'nothing, however much is seen where the kernel holds it',
      byCgroup,
      signs({ residentBytes: 9e9, tasks: 900 }),
      undefined,
    ],
    ['memory that is seen', byLooking, signs({ residentBytes: 1_000_001 }), memory],
    ['exactly the memory allowed', byLooking, signs({ residentBytes: 1_000_000 }), undefined],
    ['processes that are seen, without those of the wall', byLooking, signs({ tasks: 103 }), processes],
    ['exactly the processes allowed', byLooking, signs({ tasks: 102 }), undefined],
    ['no look', byLooking, { events: undefined, usage: undefined }, undefined],
  ])('goes by %s', ([, plan, shown, hit], { expect }) => {
    expect(hitNow(plan, shown)).toEqual(hit)
  })

  test('never says a limit that is not set', ({ expect }) => {
    const figure = fc.nat(2e6)
    fc.assert(
      fc.property(fc.constantFrom(byCgroup, byLooking), figure, figure, (plan, first, second) => {
        const shown = { memoryKills: first, refusedForks: second, residentBytes: first, tasks: second }
        const alone = {
          ...plan,
          limits: { ...none, fileBytesMax: 1 },
          means: { ...plan.means, memory: undefined, processes: undefined },
        }
        expect(hitNow(alone, signs(shown))).toBeUndefined()
      }),
    )
  })
})

function end(stderr: string, exitCode = 1): FailedEnd {
  return { exitCode, stdout: '', stderr }
}

describe('hitInWords', () => {
  const withFiles = planned({ cgroups: version1 })
  const inNamespace = planned({}, {}, { ...none, processesMax: 100 })
  const fileSize = { by: 'file-size', limit: 5_000 }

  test.for<[string, LimitPlan, FailedEnd, object | undefined]>([
    ['the signal', withFiles, end('', 153), fileSize],
    ['the words of sh', withFiles, end('File size limit exceeded\n'), fileSize],
    ['the words of Node', withFiles, end('Error: EFBIG: file too large, write'), fileSize],
    ['the words of Python', withFiles, end('OSError: [Errno 27] File too large'), fileSize],
    ['the same of a run without that limit', inNamespace, end('File too large', 153), undefined],
    ['other words', withFiles, end('No space left on device'), undefined],
    [
      'a fork that sh could not make',
      inNamespace,
      end('sh: 1: Cannot fork'),
      { by: 'processes', limit: 100 },
    ],
    [
      'a fork that bash could not make',
      inNamespace,
      end('bash: fork: retry: Resource temporarily unavailable'),
      { by: 'processes', limit: 100 },
    ],
    [
      'a spawn that Node could not make',
      inNamespace,
      end('Error: spawn git EAGAIN'),
      { by: 'processes', limit: 100 },
    ],
    ['a read that may be tried again', inNamespace, end('read: Resource temporarily unavailable'), undefined],
    ['a fork of a run whose forks the kernel counts', withFiles, end('sh: 1: Cannot fork'), undefined],
  ])('hears %s', ([, plan, how, hit], { expect }) => {
    expect(hitInWords(plan, how)).toEqual(hit)
    expect(hitInWords(plan, { ...how, stdout: how.stderr, stderr: '' })).toEqual(hit)
  })

  test('has the value of a limit by its name', ({ expect }) => {
    expect((['memory', 'processes', 'file-size'] as const).map((name) => hitOf(all, name)?.limit)).toEqual([
      1_000_000, 100, 5_000,
    ])
    expect(hitOf(none, 'memory')).toBeUndefined()
  })
})
