/** Finds out whether the wall of this machine holds, before anything is started behind it, and again when it did not. */
import { join } from 'node:path'
import { later, msUntil, type Moment } from '../../base/moment.ts'
import type { AgentConfig } from '../../config/config.ts'
import { findWall } from '../../isolation/observe.ts'
import { testWall, type WallTest } from '../../isolation/run.ts'
import type { Wall, WallState } from '../../isolation/wall.ts'
import { wrapForTest } from '../../isolation/wrap.ts'
import { temporaryFolder } from '../../platform/paths.ts'
import { write, type Core } from '../core.ts'
import { groundOf, standingIn } from '../standing.ts'
import { withLimitGaps } from '../limit-gaps.ts'

const UNFINISHED_AGAIN_MS = 10_000 // Held back meanwhile: a busy machine, which an agent can make it, must not open the wall.
const AGAIN_MS = 5 * 60_000 // Somebody may have installed or allowed it meanwhile; a reload looks at once.

/** The key of the job. */
export const WALL_JOB = 'wall'

/** Returns in how many ms to look again. */
export function lookAtWall(core: Core, now: Moment): number {
  const { life, config } = core
  const wanted = config.agents.some(({ isolation }) => isolation.mode !== 'off')
  if (!wanted || life.stopping !== 'no' || life.wall.state === 'holds') return Number.POSITIVE_INFINITY
  const again = life.wallTestedAt && later(life.wallTestedAt, againMs(life.wall))
  const waitMs = again === undefined ? 0 : msUntil(again, now)
  if (waitMs > 0) return waitMs
  core.jobs.start(WALL_JOB, (signal) => tryWall(core, signal))
  return Number.POSITIVE_INFINITY
}

/** Tests it and says what came of it, the first time and whenever that changes. */
async function tryWall(core: Core, signal: AbortSignal): Promise<void> {
  const { life } = core
  const found = await testedWall({ ...core, agents: core.config.agents }, signal)
  if (found.state === 'holds') life.wallHeld = true
  // Once there was one: that it is gone may be a run's doing, and is no reason to go on without.
  const state: WallState = found.state === 'fails' && life.wallHeld ? { ...found, unfinished: true } : found
  if (signal.aborted) return
  const before = life.wall
  life.wall = state
  life.wallTestedAt = core.clock.now()
  if (sameWall(before, state)) return
  await write(core, (_, emit) => {
    if (state.state === 'holds') emit('wall.tested', {}, { by: state.wall.kind, reason: null, fix: null })
    if (state.state === 'fails') emit('wall.tested', {}, { by: null, reason: state.reason, fix: state.fix })
  })
  tellAgents(core)
}

/** What the wall of this machine is tested for, and from where. */
export interface WallGround extends Pick<Core, 'program' | 'env'> {
  /** Those whose runs it is to keep. */
  readonly agents: readonly Pick<AgentConfig, 'isolation'>[]
}

/** The state of this machine's wall, found out now. In some tenths of a second; half a minute at most. */
export async function testedWall(ground: WallGround, signal: AbortSignal): Promise<WallState> {
  const wall = await findWall(ground.env['PATH'] ?? '', signal)
  if (wall.kind === 'none') return { state: 'fails', reason: wall.reason, fix: wall.fix }
  const { holds, why, fix, unfinished, attempts } = await testWall(wallTest(wall, ground), signal)
  if (holds) return { state: 'holds', wall }
  const leaky = unfinished !== true && attempts.length > 0 ? wall : undefined
  return { state: 'fails', reason: why ?? 'the wall does not hold', fix: fix ?? '', unfinished, leaky }
}

/** The self-test of a wall: from this program, with its simulated agent. */
export function wallTest(
  by: Extract<Wall, { program: string }>,
  { program, env, agents }: WallGround,
): WallTest {
  const { PATH = '', LANG = 'C.UTF-8' } = env
  return {
    wrap: (command, policy) => wrapForTest(by, policy, command),
    actor: [join(program.binDir, 'marrow'), 'sim', 'agent'],
    programRoot: program.root,
    env: { PATH, LANG },
    parent: temporaryFolder(),
    runtimeDir: env['XDG_RUNTIME_DIR'],
    network: agents.every(({ isolation }) => isolation.network),
  }
}

/** The same for a command that works without a daemon; not tested where none of the agents is to be isolated. */
export async function wallOf(ground: WallGround): Promise<WallState> {
  if (ground.agents.every(({ isolation }) => isolation.mode === 'off')) return { state: 'untested' }
  return testedWall(ground, new AbortController().signal)
}

/** Says by agent what is not in force: loudly, because nobody misses a wall before it is needed. */
export function tellAgents(core: Core): void {
  for (const agent of core.config.agents) {
    const bare = standingIn(groundOf(core), agent)
    const standing = withLimitGaps(core.limitFacts, agent, bare)
    const about = { agent: agent.name }
    if (standing.kind === 'held' && !standing.testing) core.log.warn(`not started: ${standing.reason}`, about)
    if (standing.kind === 'open') core.log.warn(`not isolated: ${standing.missing.join('; ')}`, about)
    if (standing.kind === 'walled' && standing.missing.length > 0)
      core.log.warn(`isolated, but ${standing.missing.join('; ')}`, about)
  }
}

function againMs(wall: WallState): number {
  return wall.state === 'fails' && wall.unfinished === true ? UNFINISHED_AGAIN_MS : AGAIN_MS
}

function sameWall(one: WallState, other: WallState): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
