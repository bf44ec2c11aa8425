import { MarrowError } from '../../base/errors.ts'
import { formatDuration } from '../../base/duration.ts'
import { namesOf } from '../../base/names.ts'
import type { AgentConfig, Config } from '../../config/config.ts'
import { closedBreaker } from '../../heartbeat/breaker.ts'
import { updateAgent } from '../../heartbeat/store/agents.ts'
import { insertTrigger } from '../../heartbeat/store/triggers.ts'
import type { TickView } from '../../ipc/protocol/agents.ts'
import type { Handlers } from '../../ipc/protocol/table.ts'
import { remove } from '../../platform/files.ts'
import { write, type Core } from '../core.ts'
import { dryRun } from '../dry-run.ts'
import { dryRunTask } from '../dry-run-task.ts'
import { agentNamed } from './named.ts'
import { judgeNow } from '../spending.ts'
import { describePause, pauseFile, readPause, storePause } from '../pause.ts'
import { wakeState, whyItWaits } from '../wake-state.ts'
import type { TickWaiters } from '../waiters.ts'

type Verbs = 'wake' | 'wakeState' | 'pause' | 'resume' | 'runOnce' | 'dryRun'

export function agentHandlers(core: Core, waiters: TickWaiters): Pick<Handlers, Verbs> {
  return {
    wake: async ({ agent, reason, prompt }) => wake(core, agent, reason ?? '', prompt ?? null),
    wakeState: ({ id }) => core.db.read((tx) => wakeState(core, tx, id)),
    pause: async ({ agent, reason }) => {
      await pause(core, agent, reason ?? '')
      return { ok: true }
    },
    resume: async ({ agent }) => {
      await resume(core, agent)
      return { ok: true }
    },
    runOnce: async ({ agents }) => ({ ticks: await runOnce(core, waiters, agents) }),
    dryRun: async ({ agents, task, for: accountable }) => {
      const { config, program, env, db, clock, random } = core
      if (task !== undefined) {
        const wish = { roles: agents ?? [], task, accountable }
        return { agents: [await dryRunTask({ config, program, env, clock, random }, wish)] }
      }
      const named = agentsNamed(config, agents)
      return {
        agents: await dryRun({
          config,
          program,
          env,
          db,
          clock,
          random,
          agents: named,
          wall: core.life.wall,
        }),
      }
    },
  }
}

/** The agents of these names, each once; all when none is named. Throws NOT_FOUND naming those that there are. */
export function agentsNamed(config: Config, names: readonly string[] | undefined): AgentConfig[] {
  if (names === undefined || names.length === 0) return [...config.agents]
  // A body of 1 MiB has room for one name a hundred thousand times.
  const once = [...new Set(names)]
  return [...new Set(once.map((name) => agentNamed(config, name)))]
}

async function wake(core: Core, name: string, reason: string, prompt: string | null) {
  const agent = agentNamed(core.config, name)
  const at = core.clock.now().wall
  const { id, next } = await write(core, (tx, emit) => {
    const wakeUp = { agent: agent.name, cause: 'operator', byAgent: false, wakes: true, path: null } as const
    const inserted = insertTrigger(tx, { ...wakeUp, reason, prompt, at })
    emit('wake.received', { agent: agent.name }, { cause: 'operator', reason })
    return { id: inserted, next: whyItWaits(core, tx, agent) }
  })
  core.waker.wake()
  return { ok: true as const, agent: agent.name, id, next }
}

async function pause(core: Core, name: string | undefined, reason: string): Promise<void> {
  const since = core.clock.now().wall
  const agent = name === undefined ? undefined : agentNamed(core.config, name).name
  await write(core, (tx, emit) => {
    if (agent === undefined) storePause(tx, { since, reason, by: 'operator' })
    else updateAgent(tx, agent, { paused: { since, reason } })
    emit('work.paused', { agent }, { reason, by: 'operator' })
  })
}

async function resume(core: Core, name: string | undefined): Promise<void> {
  const agent = name === undefined ? undefined : agentNamed(core.config, name).name
  // The file says the same as the command: whoever resumes means both.
  if (agent === undefined) remove(pauseFile(core.config.stateDir))
  await write(core, (tx, emit) => {
    if (agent === undefined) storePause(tx, undefined)
    else updateAgent(tx, agent, { paused: undefined, breaker: closedBreaker, progress: undefined })
    emit('work.resumed', { agent }, {})
  })
  if (agent === undefined) core.life.pausedByFile = undefined
  core.waker.wake()
}

/** Where a limit holds every agent that was asked for, the answer is what to do about it; else each held one has it as its outcome. */
async function refuseHeld(core: Core, agents: readonly AgentConfig[]): Promise<void> {
  const holds = await core.db.read((tx) =>
    agents.map((agent) => ({ agent: agent.name, detail: judgeNow(core, tx, agent).hold?.detail })),
  )
  if (holds.some(({ detail }) => detail === undefined)) return
  const alike = Map.groupBy(holds, ({ detail = '' }) => detail)
  const whose = [...alike].map(([detail, all]) => `${namesOf(all.map(({ agent }) => agent))}: ${detail}`)
  throw new MarrowError('LIMIT_REACHED', `Cannot tick ${whose.join('; ')}.`, {
    fix: 'Wait until then, or raise the limit in [limits] or [agents.limits].',
  })
}

const RUN_ONCE_MS_SLACK = 10 * 60_000

async function runOnce(
  core: Core,
  waiters: TickWaiters,
  names: readonly string[] | undefined,
): Promise<TickView[]> {
  const agents = agentsNamed(core.config, names)
  if (core.life.stopping !== 'no') {
    throw new MarrowError('STOPPING', 'Cannot tick: the daemon is stopping.', {
      fix: 'Start it again with: marrow run',
    })
  }
  const paused = await core.db.read((tx) => readPause(core, tx))
  if (paused) {
    throw new MarrowError('BAD_REQUEST', `Cannot tick: everything is ${describePause(paused)}.`, {
      fix: 'Lift it with: marrow resume',
    })
  }
  await refuseHeld(core, agents)
  const deadlineMs = Math.max(...agents.map(({ timeoutMs }) => timeoutMs)) * 2 + RUN_ONCE_MS_SLACK
  const ended = agents.map(({ name }) => waiters.forcedEnd(name, deadlineMs))
  for (const { name } of agents) core.life.forced.add(name)
  core.waker.wake()
  return Promise.all(
    ended.map(async (end, index) => {
      const view = await end
      if (view) return view
      const name = agents[index]?.name ?? ''
      return {
        agent: name,
        tick: '',
        run: null,
        ok: false,
        outcome: `no end within ${formatDuration(deadlineMs)}`,
        tokens: null,
        about_tokens: null,
        cost_usd: null,
      }
    }),
  )
}
