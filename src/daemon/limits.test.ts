import { test } from '../../test/helpers/temp-dir.ts'
import type { LimitPlan } from '../isolation/limits.ts'
import type { Processes, ProcessRow } from '../platform/processes.ts'
import type { EndReason } from '../runner/outcome.ts'
import { endedBy, killUnheld, maySayGoodbye } from './limits.ts'

const looked: LimitPlan = {
  limits: { memoryBytes: 1_000, processesMax: 20, fileBytesMax: undefined },
  means: { memory: 'sampling', processes: 'sampling', fileSize: undefined },
  cgroup: undefined,
  wallProcesses: 0,
}
const held: LimitPlan = {
  ...looked,
  means: { memory: 'cgroup', processes: 'namespace', fileSize: undefined },
}

function ending(by: EndReason) {
  return { by, termAt: undefined, killed: false, descendants: [] }
}

/** A machine on which process 10 forks at every look and at every signal to another, until it is stopped. */
class Bomb implements Pick<Processes, 'list' | 'signal'> {
  readonly rows: ProcessRow[] = [this.#row(10, 1)]
  readonly killed = new Set<number>()
  #stopped = false

  list(): ProcessRow[] {
    const seen = [...this.rows]
    this.#fork()
    return seen
  }

  signal(pid: number, signal: string): boolean {
    if (pid === 10) this.#stopped = true
    if (signal === 'SIGKILL') this.killed.add(pid)
    this.#fork()
    return true
  }

  #fork(): void {
    if (!this.#stopped) this.rows.push(this.#row(this.rows.length + 10, 10))
  }

  #row(pid: number, parent: number): ProcessRow {
    return { pid, parent, group: pid, session: pid, startTime: String(pid), zombie: false }
  }
}

function killed(bomb: Bomb, dir: string, limits: LimitPlan): number[] {
  const rows = bomb.list()
  const lineups = new Map([['run', new Map(rows.map((row) => [row.pid, { ...row, boot: 'boot' }]))]])
  const core = { processes: bomb, life: { lineups }, config: { stateDir: dir } }
  killUnheld(core, { id: 'run', limits }, 'processes', rows)
  return [...bomb.killed].toSorted((a, b) => a - b)
}

test('a run that nothing holds is killed with all that it forked while it was looked at', ({
  dir,
  expect,
}) => {
  const bomb = new Bomb()
  expect(killed(bomb, dir, looked)).toEqual(bomb.rows.map(({ pid }) => pid))
  expect(bomb.rows.length).toBeGreaterThan(1)
})

test('a run that the kernel holds is not killed before it was asked to end', ({ dir, expect }) => {
  expect(killed(new Bomb(), dir, held)).toEqual([])
})

test.for<[EndReason, LimitPlan | null, boolean]>([
  ['deadline', looked, true],
  ['operator', null, true],
  ['memory', held, true],
  ['processes', held, true],
  ['memory', looked, false],
  ['processes', looked, false],
])('a run that ends by %s has time for it if nothing grows meanwhile', ([by, limits, may], { expect }) => {
  expect(maySayGoodbye({ ending: ending(by), limits })).toBe(may)
})

test('a run is ended by an order, or by a limit with its value', ({ expect }) => {
  expect(endedBy({ ending: undefined, limits: looked })).toBeUndefined()
  expect(endedBy({ ending: ending('stop'), limits: looked })).toBe('stop')
  expect(endedBy({ ending: ending('processes'), limits: looked })).toEqual({ by: 'processes', limit: 20 })
})
