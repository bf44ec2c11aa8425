/** One real tick of an agent that was just configured, and what came of it: by the running daemon, or by one of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MarrowError, reasonAndFix } from '../../base/errors.ts'
import { ask } from '../../ipc/client.ts'
import type { TickView } from '../../ipc/protocol/agents.ts'
import type { RunDetail } from '../../ipc/protocol/runs.ts'
import { realPath } from '../../platform/paths.ts'
import { configAt } from '../here.ts'
import { withDaemonHere } from './daemon-here.ts'

/** What is told of the tick. */
export interface Ticked extends Pick<TickView, 'tick' | 'run' | 'ok' | 'outcome'> {
  /** The last words of the agent CLI. */
  readonly words: string | null
  readonly tokens: number | null
  readonly about_tokens: number | null
  readonly cost_usd: number | null
}

const TAKEN_UP_MS_MAX = 15_000
const LOOK_MS = 200
const TICK_MS_MAX = 2 * 86_400_000 // A run has its own deadline; this only ends a daemon that never answers.

interface TickOptions {
  readonly configPath: string
  readonly agent: string
  readonly verbose: boolean
}

/** What keeps the tick from being made is told as its outcome: all that is written stays right. */
export async function firstTick(options: TickOptions): Promise<Ticked> {
  try {
    return await tickOnce(options)
  } catch (error) {
    if (!(error instanceof MarrowError)) throw error
    return { ...tickedOf(undefined, undefined), outcome: reasonAndFix(error) }
  }
}

async function tickOnce({ configPath, agent, verbose }: TickOptions): Promise<Ticked> {
  const config = realPath(configPath)
  const { socketPath } = (await configAt(configPath)).ipc
  const status = () => ask(socketPath, 'status', {}, { timeoutMs: 5_000, config })
  const isRunning = await status().then(
    () => true,
    (error: unknown) => {
      if (error instanceof MarrowError && error.code === 'DAEMON_NOT_RUNNING') return false
      throw error
    },
  )
  if (!isRunning)
    return withDaemonHere({ configPath, jsonLogs: false, verbose }, async (handlers) => {
      const { ticks } = await handlers.runOnce({ agents: [agent] })
      const run = ticks[0]?.run
      return tickedOf(ticks[0], run ? await handlers.showRun({ id: run }) : undefined)
    })
  await takenUp(async () => agent in (await status()).agents)
  const { ticks } = await ask(socketPath, 'runOnce', { agents: [agent] }, { timeoutMs: TICK_MS_MAX, config })
  const run = ticks[0]?.run
  const detail = run
    ? await ask(socketPath, 'showRun', { id: run }, { timeoutMs: 10_000, config })
    : undefined
  return tickedOf(ticks[0], detail)
}

async function takenUp(isThere: () => Promise<boolean>): Promise<void> {
  for (let left = TAKEN_UP_MS_MAX; left > 0; left -= LOOK_MS) {
    if (await isThere()) return
    await sleep(LOOK_MS)
  }
  throw new MarrowError(
    'DAEMON_SILENT',
    'Cannot tick: the running daemon has not taken up the configuration.',
    {
      fix: 'See what it says of it: marrow status. Then: marrow run-once',
    },
  )
}

function tickedOf(tick: TickView | undefined, run: RunDetail | undefined): Ticked {
  return {
    tick: tick?.tick ?? '',
    run: tick?.run ?? null,
    ok: tick?.ok ?? false,
    outcome: tick?.outcome ?? 'it did not begin',
    words: run?.result ?? null,
    tokens: run?.tokens ?? null,
    about_tokens: run?.about_tokens ?? null,
    cost_usd: run?.cost_usd ?? null,
  }
}
