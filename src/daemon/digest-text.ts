/** The report of the day, as it is sent. */
import { clockTime } from '../base/time.ts'
import { counted } from '../base/numbers.ts'
import type { Core } from './core.ts'

/** What happened between two moments (epoch ms). */
export async function digestText({ db, clock }: Core, from: number, to: number): Promise<string> {
  const sql = `select kind, count(*) as count, sum(json_extract(data, '$.outcome.kind') <> 'succeeded') as failed
    from events where at >= ? and at < ? and kind in ('run.ended', 'agent.held') group by kind`
  const rows = await db.read((tx) => tx.all(sql, from, to))
  const of = (kind: string, column: string) => Number(rows.find((row) => row['kind'] === kind)?.[column] ?? 0)
  const runs = counted(of('run.ended', 'count'), 'run')
  const held = counted(of('agent.held', 'count'), 'hold')
  return `Since ${clockTime(from, clock.now().wall)}: ${runs} ended, ${of('run.ended', 'failed')} of them failed; ${held}.`
}
