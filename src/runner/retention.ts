// Which run folders have had their time.

/** One recorded run, as far as its keeping is concerned. */
export interface KeptRun {
  readonly id: string
  readonly agent: string
  /** Epoch ms; undefined while it runs. */
  readonly endedAt: number | undefined
  readonly failed: boolean
  /** Something that goes on still refers to it. */
  readonly needed: boolean
}

/** How long an agent's runs are kept. 0 switches a limit off. */
export interface RetentionLimits {
  readonly days: number
  readonly count: number
}

const FAILED_KEPT = 20 // What one wants to read most is a failure, and it must not be pushed out by many quiet successes.
const DAY_MS = 86_400_000

/** The ids to delete, oldest first. Running ones, needed ones and the last 20 failed ones of an agent are never among them. */
export function expiredRuns(
  runs: readonly KeptRun[],
  limitsOf: (agent: string) => RetentionLimits,
  now: number,
): string[] {
  const expired = [...Map.groupBy(runs, (run) => run.agent)].flatMap(([agent, own]) =>
    expiredOf(own, limitsOf(agent), now),
  )
  return expired.toSorted((a, b) => a.endedAt - b.endedAt).map((run) => run.id)
}

type EndedRun = KeptRun & { readonly endedAt: number }

function expiredOf(runs: readonly KeptRun[], { days, count }: RetentionLimits, now: number): EndedRun[] {
  const newestFirst = runs
    .flatMap((run) => (run.endedAt === undefined ? [] : [{ ...run, endedAt: run.endedAt }]))
    .toSorted((a, b) => b.endedAt - a.endedAt)
  const lastFailed = new Set(newestFirst.filter((run) => run.failed).slice(0, FAILED_KEPT))
  return newestFirst.filter((run, place) => {
    const tooOld = days > 0 && run.endedAt < now - days * DAY_MS
    const tooMany = count > 0 && place >= count
    return (tooOld || tooMany) && !run.needed && !lastFailed.has(run)
  })
}
