/** Who asks at the agents' door: what a request may do follows from its token, never from what it says. */
import { MarrowError } from '../../base/errors.ts'
import { msUntil } from '../../base/moment.ts'
import type { Holder } from '../../delegation/holder.ts'
import { holderOf } from '../../delegation/store.ts'
import { isAt } from '../../ipc/protocol/table.ts'
import type { Verb } from '../../ipc/routes.ts'
import { hashToken } from '../../platform/token.ts'
import { write, type Core } from '../core.ts'
import { createIsNews } from './told.ts'

const EXPIRED_MS_GRACE = 60_000 // Between its deadline and its end a run may still be asked to say goodbye.

/** Throws UNKNOWN_TOKEN and NOT_ALLOWED, each told of by an event, the same at most once a minute. */
export type Admit = (authorization: string | undefined, verb: Verb) => Promise<Holder>

/** The gate of the agents' door. */
export function createAdmit(core: Core): Admit {
  const isNews = createIsNews(core)
  const tell = async (verb: Verb, reason: string, about: { agent?: string; run?: string }) => {
    if (isNews(`${verb} ${reason} ${about.run ?? ''}`))
      await write(core, (_, emit) => emit('door.refused', about, { verb, reason }))
  }
  return async (authorization, verb) => {
    const seen = await look(core, authorization)
    const about = 'holder' in seen ? { agent: seen.holder.agent, run: seen.holder.run } : {}
    if ('refusal' in seen) {
      await tell(verb, seen.refusal, about)
      throw new MarrowError('UNKNOWN_TOKEN', `Cannot do ${verb}: ${seen.refusal}.`, {
        fix: 'Only a run that goes on may ask here: it shows the token in the file that MARROW_TOKEN_FILE names.',
      })
    }
    if (isAt('agent', verb)) return seen.holder
    await tell(verb, 'only the operator may', about)
    throw new MarrowError('NOT_ALLOWED', `Cannot do ${verb}: only the operator may.`, {
      fix: 'Hand it to human, with the reason.',
    })
  }
}

type Seen =
  | { readonly holder: Holder }
  | { readonly refusal: string }
  | { readonly holder: Holder; readonly refusal: string }

async function look(core: Core, authorization: string | undefined): Promise<Seen> {
  const token = /^Bearer ([\w-]{43})$/.exec(authorization ?? '')?.[1]
  if (token === undefined) {
    return { refusal: authorization === undefined ? 'it shows no token' : 'what it shows is no token' }
  }
  const found = await core.db.read((tx) => holderOf(tx, hashToken(token)))
  if (found === undefined) return { refusal: 'nobody has this token' }
  const { holder, ended, deadline } = found
  if (ended) return { holder, refusal: 'the run of this token has ended' }
  const expired = msUntil(deadline, core.clock.now()) < -EXPIRED_MS_GRACE
  return expired ? { holder, refusal: 'the time of this token is over' } : { holder }
}
