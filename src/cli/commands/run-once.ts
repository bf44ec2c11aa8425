import type { TickView } from '../../ipc/protocol/agents.ts'
import { connect, isNobody, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'
import { allFigures } from '../../base/numbers.ts'
import { plain } from '../../base/plain.ts'
import { withClockTimes } from '../../base/time.ts'

/** Flags of `marrow run-once`. */
export interface RunOnceOptions extends CommonOptions {
  readonly agents: readonly string[]
  readonly jsonLogs?: boolean
  readonly json?: boolean
}

/** Runs have their own deadlines; a tick also waits for a free place. This only ends a daemon that never answers. */
const TICKS_TIMEOUT_MS = 7 * 86_400_000

/** `marrow run-once`: one tick each, now, through the daemon or without one. 1 when a tick failed. */
export async function runOnce(options: RunOnceOptions): Promise<number> {
  const ticks = await ticksOf(options)
  if (options.json) printJson({ ticks })
  else print(...ticks.map(line))
  return ticks.every(({ ok }) => ok) ? 0 : 1
}

async function ticksOf(options: RunOnceOptions): Promise<readonly TickView[]> {
  const { agents, jsonLogs = false, verbose = false } = options
  const connection = connect(options)
  try {
    const asked = await connection.ask('runOnce', { agents: [...agents] }, { timeoutMs: TICKS_TIMEOUT_MS })
    return asked.ticks
  } catch (error) {
    if (!isNobody(error) || connection.isOfRun) throw error // A run starts nothing by itself, be its daemon away or not.
    const { runOnceLocally } = await import('../../daemon/local/run-once.ts')
    return await runOnceLocally({ configPath: connection.configPath, agents: [...agents], jsonLogs, verbose })
  }
}

function line({ tick, run, ok, outcome, tokens, about_tokens: about, cost_usd: usd }: TickView): string {
  const spent = allFigures({ usd, tokens, about })
  const told = `${withClockTimes(plain(outcome), Date.now())}${spent === undefined ? '' : `, ${spent}`}`
  return `${ok ? '✓' : '✗'} ${tick}: ${told}${run === null ? '' : ` (${run})`}`
}
