import { setTimeout as sleep } from 'node:timers/promises'
import type { EventView } from '../../ipc/protocol/status.ts'
import { connect, type CommonOptions } from '../connection.ts'
import { print, screenFor } from '../output.ts'
import { patiently } from '../patience.ts'
import { eventLines } from '../render/events.ts'

/** Flags of `marrow events`. */
export interface EventsOptions extends CommonOptions {
  readonly follow?: boolean
  readonly count: number
  readonly kind?: string
  readonly agent?: string
  readonly json?: boolean
}

const LOOK_EVERY_MS = 300

/** `marrow events`: the journal's last rows, oldest first; with `follow` every new one. JSON is one row a line. */
export async function events(options: EventsOptions): Promise<number> {
  const { kind, agent, count, follow = false, json = false } = options
  const connection = connect(options)
  const first = await connection.ask('events', { kind, agent, limit: count })
  if (first.events.length === 0 && !follow && !json) print('(no events)')
  await show(first.events, json)
  let after = first.events.at(-1)?.id ?? 0
  if (!follow) return 0
  for (;;) {
    const next = await patiently(() => connection.ask('events', { after, kind, agent, limit: 1_000 }))
    await show(next.events, json)
    after = next.events.at(-1)?.id ?? after
    if (next.events.length < 1_000) await sleep(LOOK_EVERY_MS)
  }
}

async function show(rows: readonly EventView[], json: boolean): Promise<void> {
  print(...(json ? rows.map((row) => JSON.stringify(row)) : eventLines(rows, await screenFor(rows))))
}
