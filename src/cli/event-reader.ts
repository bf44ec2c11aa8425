/** Owns reading the journal as it grows, over restarts of the daemon: the id of the last row seen is where it goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventMessage } from '../ipc/protocol/events.ts'
import type { Connection } from './connection.ts'
import { isPassing, patiently } from './patience.ts'

const PAUSE_MS = 200 // Between the end of a stream and the next attempt: a daemon that is leaving ends it again.

/** Which rows are asked for. */
export interface Choice {
  readonly kind: string | undefined
  readonly agent: string | undefined
}

/** Hands over every row behind `from`, and every gap. Goes on for ever; throws when nobody answers for long. */
export async function followJournal(
  connection: Connection,
  choice: Choice,
  from: number,
  take: (data: NonNullable<EventMessage['data']>) => void | Promise<void>,
): Promise<never> {
  let after = from
  const readOn = async () => {
    let heard = false
    try {
      for await (const { id, data } of connection.follow({ ...choice, after })) {
        heard = true
        if (data !== undefined) await take(data)
        after = id ?? after
      }
    } catch (error) {
      // Its patience begins anew with every daemon that answered.
      if (!heard || !isPassing(error)) throw error
    }
  }
  for (;;) {
    await patiently(readOn)
    await sleep(PAUSE_MS)
  }
}
