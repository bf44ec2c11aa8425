import { describe } from 'vitest'
import { chiefAtWork } from '../../../test/helpers/chief-at-work.ts'
import { test } from '../../../test/helpers/daemon.ts'
import { msUntil } from '../../base/moment.ts'
import { insertDelegation } from '../../delegation/store.ts'
import type { Holder } from '../../delegation/holder.ts'
import { updateAgent } from '../../heartbeat/store/agents.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { setEnding } from '../../runner/store.ts'
import { write, type Core } from '../core.ts'
import { storePause } from '../pause.ts'
import { askToDelegate, type Answer } from './ask.ts'
import { catalogueFor } from './catalogue.ts'

class TakenBack extends Error {}

/** What a run would be answered, after `before`; nothing of it stays on record. */
async function answerTo(
  core: Core,
  holder: Holder,
  changes: { role?: string; detach?: boolean; deadline_s?: number; before?: (tx: Tx) => void } = {},
): Promise<Answer> {
  const { role = 'hand', detach = false, deadline_s, before = () => {} } = changes
  const params = { role, task: 'Mend the roof.', detach, deadline_s }
  const catalogue = await catalogueFor({ config: core.config }, holder)
  let answer: Answer | undefined
  const asking = write(core, (tx, emit) => {
    before(tx)
    answer = askToDelegate(core, tx, emit, { params, holder, catalogue, isNews: () => true })
    throw new TakenBack()
  })
  await asking.catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error
  })
  if (answer === undefined) throw new Error('There was no answer.')
  return answer
}

async function reasonOf(asking: Promise<Answer>): Promise<string> {
  const answer = await asking
  return answer.kind === 'refused' ? `${answer.rule}: ${answer.reason}` : 'allowed'
}

describe('a request to delegate', () => {
  test('is refused when nothing may begin, with the reason', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const { core } = daemon
    expect(await reasonOf(answerTo(core, holder))).toBe('allowed')
    const pause = { since: 0, reason: 'lunch', by: 'operator' } as const
    expect(await reasonOf(answerTo(core, holder, { before: (tx) => storePause(tx, pause) }))).toMatch(
      /^held: Nothing more is started now: paused: lunch\./,
    )
    const pauseOf = (tx: Tx) => updateAgent(tx, 'chief', { paused: pause })
    expect(await reasonOf(answerTo(core, holder, { before: pauseOf }))).toMatch(
      /^held: Nothing more is started now: paused: lunch\./,
    )
    const forcedWhilePaused = (tx: Tx) => {
      pauseOf(tx)
      tx.run('update ticks set forced = 1')
    }
    expect(await reasonOf(answerTo(core, holder, { before: forcedWhilePaused }))).toBe('allowed')
    const ending = { by: 'operator', termAt: undefined, killed: false, descendants: [] } as const
    expect(
      await reasonOf(answerTo(core, holder, { before: (tx) => setEnding(tx, holder.run, ending) })),
    ).toMatch(/this run is being ended/)
    for (const stopping of ['stop', 'hand-over'] as const)
      expect(await reasonOf(answerTo({ ...core, life: { ...core.life, stopping } }, holder))).toMatch(
        /marrow is being stopped/,
      )
    const limited = { ...core, config: { ...core.config, limits: { runs_per_day: 1 } } }
    expect(await reasonOf(answerTo(limited, holder))).toMatch(/^limit: /)
    const shallow = {
      ...core,
      config: { ...core.config, delegation: { ...core.config.delegation, depthMax: 0 } },
    }
    expect(await reasonOf(answerTo(shallow, holder))).toMatch(/^depth: /)
    expect(await reasonOf(answerTo(core, { ...holder, role: undefined }))).toMatch(/^no-role: /)
    expect(await reasonOf(answerTo(core, { ...holder, run: 'gone' }))).toMatch(
      /no longer in the configuration/,
    )
    expect(await core.db.read((tx) => tx.all('select * from delegations'))).toEqual([])
  })

  test('gets no more time than its run has, unless it is detached', async ({ home, expect }) => {
    const { daemon, holder } = await chiefAtWork(home)
    const { core } = daemon
    const [agent] = core.config.agents
    const secondsOf = async (changes: Parameters<typeof answerTo>[2]) => {
      const answer = await answerTo(core, holder, changes)
      if (answer.kind === 'refused') throw new Error(answer.reason)
      return msUntil(answer.child.deadline, core.clock.now()) / 1_000
    }
    const own = (agent?.timeoutMs ?? 0) / 1_000
    const day = 86_400
    expect(await secondsOf({ deadline_s: 20 })).toBeCloseTo(20, -1)
    expect(await secondsOf({ deadline_s: 3 * day })).toBeLessThanOrEqual(own - 10)
    expect(await secondsOf({ deadline_s: 3 * day, detach: true })).toBeCloseTo(3 * day, -1)
    expect(await secondsOf({ deadline_s: 7 * day, detach: true })).toBeLessThanOrEqual(7 * day - 10)
  })

  test('counts the children of its run, of its agent and of all', async ({ home, expect }) => {
    const top =
      '[delegation]\nchildren_per_run = 2\nchildren_per_agent = 3\nmax_children = 4\ntimeout = "10m"'
    const { daemon, holder } = await chiefAtWork(home, { top })
    const { core } = daemon
    const open = (tx: Tx, count: number, parent: string, agent = 'chief') => {
      for (let index = 0; index < count; index += 1)
        insertDelegation(tx, {
          run: `${parent}-${agent}-${index}`,
          parent,
          agent,
          role: 'l3/hand',
          lineage: [parent],
          roles: ['l1/chief'],
          tickName: 'chief#1',
          detached: false,
          task: 'x',
          askedAt: 0,
          deadline: core.clock.now(),
        })
    }
    const told = async (before: (tx: Tx) => void) => {
      const answer = await answerTo(core, holder, { before })
      return answer.kind === 'refused' ? answer.reason.split(':')[0] : 'allowed'
    }
    expect(await told((tx) => open(tx, 1, holder.run))).toBe('allowed')
    expect(await told((tx) => open(tx, 2, holder.run))).toBe('This run has 2 of 2 children at work')
    expect(await told((tx) => open(tx, 3, 'another'))).toBe(
      'The runs of this agent have 3 of 3 children at work',
    )
    expect(await told((tx) => open(tx, 4, 'another', 'other'))).toBe(
      'All agents together have 4 of 4 children at work',
    )
    expect(
      await told((tx) => {
        open(tx, 4, holder.run)
        tx.run("update delegations set state = 'ended'")
      }),
    ).toBe('allowed')
  })
})
