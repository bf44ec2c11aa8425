/** Finds out whether the guards of a run are in force, and what follows where they are not. */
import { adapterFor } from '../agents/adapters.ts'
import type { Config } from '../config/config.ts'
import { runPaths } from '../runner/folder.ts'
import { missingGuards, type GuardState } from '../runner/guard.ts'
import { readHead } from '../runner/observe.ts'
import { endedOutcome, type Outcome } from '../runner/outcome.ts'
import type { RunRecord } from '../runner/record.ts'
import { setGuard } from '../runner/store.ts'
import type { Tx } from '../platform/sqlite.ts'
import { folderOf, write, type Core, type Emit } from './core.ts'

const HEAD_BYTES_MAX = 256 * 1024 // Hooks tell of themselves before anything else; hooks of the operator may say much besides.
const LOOK_MS = 200 // What has no guards shall not come far. An agent CLI tells of its hooks in its first second.
const LOOK_OFTEN_MS_MAX = 30_000

/** Looks at a run that goes on, and keeps what it found. Returns how its guards stand now. */
export async function watchGuard(core: Core, run: RunRecord): Promise<GuardState | null> {
  const seen = seeGuard(core, run)
  if (seen === undefined) return run.guard
  await write(core, (tx, emit) => keepGuard(tx, emit, run, seen))
  return seen
}

/** In how many ms to look again; none where nothing is awaited. */
export function guardLookMs(
  guard: GuardState | null,
  run: Pick<RunRecord, 'startedAt'>,
  now: number,
): number {
  const isYoung = now - (run.startedAt ?? now) < LOOK_OFTEN_MS_MAX
  return guard === 'asked' && isYoung ? LOOK_MS : Number.POSITIVE_INFINITY
}

/** What its first words say; undefined: nothing is asked, or nothing is decided yet. */
function seeGuard({ config }: Pick<Core, 'config'>, run: RunRecord): GuardState | undefined {
  if (run.guard !== 'asked') return undefined
  const paths = runPaths(folderOf(config, run.id))
  const head = readHead(paths.stdout, HEAD_BYTES_MAX)
  const shown = adapterFor(run.adapter).guarded?.(head.text, paths.role)
  if (shown === undefined) return head.cut ? 'missing' : undefined
  return shown ? 'proven' : 'missing'
}

/**
 * How a run ended that its guards are asked of for the last time. Who did its work and never showed them had none, and
 * what was done without guards that had to be there does not count as done.
 */
export function guardedEnd(
  { config }: Pick<Core, 'config'>,
  run: RunRecord,
  outcome: Outcome,
): { readonly outcome: Outcome; readonly guard: GuardState | undefined } {
  const isDone = outcome.kind === 'succeeded'
  const guard = seeGuard({ config }, run) ?? (run.guard === 'asked' && isDone ? 'missing' : undefined)
  const isRefused = isDone && (guard ?? run.guard) === 'missing' && mustBeGuarded(config, run)
  return { outcome: isRefused ? endedOutcome('guard', 0) : outcome, guard }
}

/** Keeps what was found out, and tells of guards that are missing. */
export function keepGuard(tx: Tx, emit: Emit, run: Pick<RunRecord, 'id' | 'agent'>, seen: GuardState): void {
  setGuard(tx, run.id, seen)
  if (seen === 'missing') emit('guard.missing', { agent: run.agent, run: run.id }, { reason: missingGuards })
}

/** Whether runs of this agent do not go on without their guards. */
export function mustBeGuarded({ agents }: Pick<Config, 'agents'>, run: Pick<RunRecord, 'agent'>): boolean {
  return agents.some(({ name, roleVia }) => name === run.agent && roleVia === 'native')
}
