/** What a run may ask at the agents' door: who it is, to hand work to another role, and what became of that. */
import { MarrowError } from '../../base/errors.ts'
import { isoTime } from '../../base/time.ts'
import type { Holder } from '../../delegation/holder.ts'
import { tokenFor, type Token } from '../../delegation/rights.ts'
import { delegationsOf, readDelegation } from '../../delegation/store.ts'
import type { DelegationView } from '../../ipc/protocol/delegations.ts'
import type { AgentHandlers } from '../../ipc/protocol/table.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { readRun } from '../../runner/store.ts'
import { write, type Core } from '../core.ts'
import { askToDelegate } from '../delegation/ask.ts'
import { catalogueFor } from '../delegation/catalogue.ts'
import { createIsNews } from '../delegation/told.ts'
import { delegationView } from '../delegation/view.ts'

const WAIT_LOOK_MS = 5_000 // The journal's growth wakes whoever waits; this is for the wake that was lost.

type Verbs = 'me' | 'delegate' | 'delegation' | 'delegations'

/** The handlers of these verbs. */
export function delegationHandlers(core: Core): Pick<AgentHandlers, Verbs> {
  const isNews = createIsNews(core)
  return {
    me: async (_, holder) => {
      const { mayDelegate } = await standingNow(core, holder)
      const { run, agent, role, lineage } = holder
      const record = await core.db.read((tx) => readRun(tx, run))
      return {
        run,
        agent,
        role: role ?? null,
        depth: lineage.length,
        lineage: [...lineage],
        may_delegate_to: [...mayDelegate],
        deadline: isoTime(record?.deadline.wall ?? core.clock.now().wall),
      }
    },
    delegate: async (params, holder) => {
      const catalogue = await catalogueFor(core, holder)
      const answer = await write(core, (tx, emit) => {
        const asked = askToDelegate(core, tx, emit, { params, holder, catalogue, isNews })
        return asked.kind === 'refused' ? asked : delegationView(tx, asked.child)
      })
      if ('kind' in answer) throw new MarrowError('NOT_ALLOWED', answer.reason)
      core.waker.wake()
      return answer
    },
    delegation: async ({ run, wait_s: waitS }, holder) => waitForEnd(core, run, holder, waitS * 1_000),
    delegations: async (_, holder) => ({
      delegations: await core.db.read((tx) =>
        delegationsOf(tx, holder.run).map((one) => delegationView(tx, one)),
      ),
    }),
  }
}

/** Where the run stands, and so what it may ask and whom it may call. */
export async function standingNow(core: Core, holder: Holder): Promise<Token> {
  const catalogue = await catalogueFor(core, holder)
  const ancestors = (await core.db.read((tx) => readDelegation(tx, holder.run)))?.roles ?? []
  const place = holder.role === undefined ? undefined : { role: holder.role, ancestors }
  return tokenFor(catalogue, place, core.config.delegation.depthMax)
}

/** Up to its end, or until the daemon leaves: whoever waits asks the next one again. */
async function waitForEnd(core: Core, run: string, holder: Holder, waitMs: number): Promise<DelegationView> {
  const { clock, journal, life, db } = core
  const until = clock.now().mono + waitMs
  for (;;) {
    const grown = journal.next() // Before looking, so that no end is missed.
    const view = await db.read((tx) => ownDelegation(tx, run, holder))
    const leftMs = until - clock.now().mono
    if (view.state === 'ended' || leftMs <= 0 || life.stopping === 'hand-over') return view
    const nap = new AbortController()
    await Promise.race([grown, clock.sleep(Math.min(leftMs, WAIT_LOOK_MS), nap.signal)])
    nap.abort()
  }
}

/** Of somebody else's delegation a run learns nothing, not even that there is one. */
function ownDelegation(tx: Tx, run: string, holder: Holder): DelegationView {
  const found = readDelegation(tx, run)
  if (found?.parent === holder.run) return delegationView(tx, found)
  const own = delegationsOf(tx, holder.run).map((one) => one.run)
  throw new MarrowError('NOT_FOUND', `Cannot wait for ${run}: this run did not ask for it.`, {
    fix: own.length === 0 ? 'It asked for none so far.' : `It asked for: ${own.join(', ')}.`,
  })
}
