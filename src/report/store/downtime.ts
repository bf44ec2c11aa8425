/** Reads from the journal when no daemon ran: between the last row before a start and that start. */
import type { Tx } from '../../platform/sqlite.ts'
import type { Downtime } from '../facts.ts'
import type { Period } from '../period.ts'

const DOWNTIME_MS_MIN = 30_000 // A restart, or an update, is no downtime.
const STARTS_MAX = 1_000

// A daemon that comes up writes these before it says that it has started.
const BEFORE = `select at, kind from events
  where id < ? and kind not in ('run.adopted', 'run.unstarted', 'wall.tested') order by id desc limit 1`

/** The downtimes that reach into the period, whole. Without a daemon now the last one has no end. */
export function readDowntime(tx: Tx, { from, to }: Period, isUp: boolean): Downtime[] {
  // Also the first start after the period: no daemon may have run at its end.
  const starts = tx.all(
    "select id, at from events where kind = 'daemon.started' and at >= ? order by id limit ?",
    from,
    STARTS_MAX,
  )
  const between = starts.flatMap((start) => {
    const before = tx.get(BEFORE, Number(start['id']))
    // The first row of all: marrow was new then.
    return before ? [downtime(before, Number(start['at']))] : []
  })
  const newest = isUp ? undefined : tx.get('select at, kind from events order by id desc limit 1')
  const all = newest === undefined ? between : [...between, downtime(newest, undefined)]
  return all.filter(
    (one) =>
      one.from < to && (one.to === undefined || (one.to > from && one.to - one.from >= DOWNTIME_MS_MIN)),
  )
}

function downtime(before: Readonly<Record<string, unknown>>, to: number | undefined): Downtime {
  return { from: Number(before['at']), to, stopped: before['kind'] === 'daemon.stopped' }
}
