import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { systemProcesses, type ProcessRow } from './processes.ts'
import { askedToEnd, isSandboxOf, parseSandbox, sightFirst } from './sandbox.ts'

test('who is first in a sandbox is known once all is written, which is before anything begins there', ({
  expect,
}) => {
  const told = '{\n    "child-pid": 4711,\n    "pid-namespace": 4026532257\n}\n'
  const room = ' '.repeat(512)
  expect(parseSandbox(told + room.slice(told.length))).toBe(4711)
  for (let length = 0; length < told.length - 2; length += 1) {
    expect(parseSandbox(told.slice(0, length) + room.slice(length))).toBe(undefined)
  }
  expect(parseSandbox('')).toBe(undefined)
})

describe('the first process of a pid namespace', () => {
  const maker = { pid: 100, startTime: '5000', boot: 'b' }
  test.for<[what: string, startTime: string, boot: string, ours: boolean]>([
    ['that began just after its maker is that of its sandbox', '5002', 'b', true],
    ['that began in the same instant, too', '5000', 'b', true],
    ['that is older is not', '4999', 'b', false],
    ['that began much later took the number of one that is gone', '11001', 'b', false],
    ['of another boot is not', '5002', 'earlier', false],
    ['whose time is unknown is not', 'Fri Nov 20', 'b', false],
  ])('%s', ([, startTime, boot, ours], { expect }) => {
    expect(isSandboxOf({ pid: 102, startTime, boot }, maker)).toBe(ours)
  })
})

test('a process of this namespace is the first of none, and one that is gone is gone', ({ expect }) => {
  const own = systemProcesses.identify(process.pid)
  expect(sightFirst(process.pid, own, systemProcesses)).toBe('gone')
  expect(sightFirst(2 ** 22 + 1, own, systemProcesses)).toBe('gone')
})

test('the first process of another sandbox is not taken for the one that had its number', ({ expect }) => {
  const seen = { pid: 102, startTime: '5002', boot: 'b' }
  const processes = { ...systemProcesses, identify: () => seen, innerPid: () => 1 }
  const maker = { pid: 100, startTime: '5000', boot: 'b' }
  expect(sightFirst(102, maker, processes)).toBe('alive')
  expect(sightFirst(102, { ...maker, startTime: '-5000' }, processes)).toBe('unknown')
  expect(sightFirst(102, undefined, processes)).toBe('unknown')
})

const [LAUNCHER, OUTER, FIRST, AGENT, CHILD, TOOL] = [100, 101, 102, 103, 104, 105]

function row(pid: number, parent: number, group: number, more: Partial<ProcessRow> = {}): ProcessRow {
  return { pid, parent, group, session: group, startTime: '1', zombie: false, ...more }
}

/** The pid inside: the agent is the first that the first process starts. */
const innerPid = (pid: number) => (pid < FIRST ? pid : pid - FIRST + 1)

const inside = [row(CHILD, AGENT, FIRST), row(TOOL, FIRST, TOOL)]
const outside = [row(1, 0, 1), row(LAUNCHER, 1, LAUNCHER), row(OUTER, LAUNCHER, LAUNCHER)]

function asked(first: ProcessRow, agent: ProcessRow, others: readonly ProcessRow[] = inside): number[] {
  const rows = [...outside, first, agent, ...others]
  return askedToEnd(rows, first.pid, innerPid)
}

describe('the end of what stands in a sandbox', () => {
  test('is asked of the group of the agent, and not of tools in groups of their own', ({ expect }) => {
    expect(asked(row(FIRST, OUTER, FIRST), row(AGENT, FIRST, FIRST))).toEqual([-FIRST])
  })

  test('is asked of an agent that left the group, too', ({ expect }) => {
    expect(asked(row(FIRST, OUTER, FIRST), row(AGENT, FIRST, AGENT))).toEqual([-FIRST, -AGENT])
  })

  test('is asked one by one where bubblewrap itself is in the group', ({ expect }) => {
    const others = [row(CHILD, AGENT, LAUNCHER), row(TOOL, FIRST, TOOL)]
    expect(asked(row(FIRST, OUTER, LAUNCHER), row(AGENT, FIRST, LAUNCHER), others)).toEqual([AGENT, CHILD])
  })

  test('is asked of nobody when there is no agent any more, but of who is left in its group', ({
    expect,
  }) => {
    const first = row(FIRST, OUTER, FIRST)
    const orphan = row(CHILD, FIRST, FIRST)
    expect(askedToEnd([...outside, first, orphan], FIRST, innerPid)).toEqual([-FIRST])
    expect(askedToEnd(outside, FIRST, innerPid)).toEqual([])
  })

  test('is never asked of somebody outside', ({ expect }) => {
    const anyGroup = fc.constantFrom(0, 1, LAUNCHER, FIRST, AGENT, TOOL)
    fc.assert(
      fc.property(fc.tuple(anyGroup, anyGroup, anyGroup, anyGroup), ([one, two, three, four]) => {
        const within = [row(AGENT, FIRST, two), row(CHILD, AGENT, three), row(TOOL, FIRST, four)]
        const rows = [...outside, row(FIRST, OUTER, one), ...within]
        const reached = askedToEnd(rows, FIRST, innerPid).flatMap((pid) =>
          pid < 0 ? rows.filter(({ group }) => group === -pid) : rows.filter((each) => each.pid === pid),
        )
        expect(reached.filter(({ pid }) => pid < FIRST)).toEqual([])
        expect(reached.map(({ pid }) => pid)).toContain(AGENT)
      }),
    )
  })
})
