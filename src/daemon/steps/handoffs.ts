/** Goes on with handoffs: what is on record is written, what a run was given and worked on is moved away. */
import { reasonOf } from '../../base/errors.ts'
import { moveToDone } from '../../handoffs/apply.ts'
import {
  endHandoff,
  forgetGiven,
  givenToMove,
  markStuck,
  unwrittenHandoffs,
  type GivenFile,
} from '../../handoffs/store.ts'
import { forgetSeen } from '../../heartbeat/store/seen.ts'
import { dropTriggersOf } from '../../heartbeat/store/triggers.ts'
import { write, type Core } from '../core.ts'
import { handoffPlace } from '../handoffs/place.ts'
import { writeOut } from '../handoffs/send.ts'

const FILES_MAX = 40 // In one pass, of each: a file takes some ms, and requests are not to wait for hundreds.

/** Returns in how many ms it wants to be called again. What cannot be done waits for `prune`, and holds up nothing else. */
export async function lookAfterHandoffs(core: Core): Promise<number> {
  const { db, life } = core
  const { unwritten, given } = await db.read((tx) => ({
    unwritten: unwrittenHandoffs(tx, FILES_MAX + life.unwritable.size),
    given: givenToMove(tx, FILES_MAX),
  }))
  const writable = unwritten.filter(({ id }) => !life.unwritable.has(id))
  for (const { id, path } of writable) {
    try {
      await writeOut(core, id)
    } catch (error) {
      life.unwritable.add(id)
      core.log.warn('cannot write a handoff: it is tried again later', { path, error: reasonOf(error) })
    }
  }
  for (const file of given) await moveAway(core, file)
  return writable.length + given.length >= FILES_MAX ? 0 : Number.POSITIVE_INFINITY
}

/** One that is gone or was written again is no longer what the run was given. */
async function moveAway(core: Core, { path, fingerprint }: GivenFile): Promise<void> {
  const { config, clock, db, log } = core
  try {
    await write(core, (tx) => {
      const place = handoffPlace(path, config.agents)
      const moved = place && moveToDone(place, fingerprint)
      forgetGiven(tx, path)
      if (moved === undefined) return
      forgetSeen(tx, path)
      dropTriggersOf(tx, path)
      endHandoff(tx, path, clock.now().wall, moved)
    })
  } catch (error) {
    await db.write((tx) => markStuck(tx, path))
    log.warn('a handoff cannot be moved away: its agent is not given it again', { error: reasonOf(error) })
  }
}
