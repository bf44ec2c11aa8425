/** The logins that runs share with the operator: opened once each, and looked after while runs with them go on. */
import { basename } from 'node:path'
import { adapterFor } from '../agents/adapters.ts'
import type { AgentConfig } from '../config/config.ts'
import { openLogin, type SharedLogin } from '../isolation/apply/login.ts'
import { isMisled } from '../isolation/trust.ts'
import { writableFolders } from '../isolation/wishes.ts'
import { remove } from '../platform/files.ts'
import { realPath } from '../platform/paths.ts'
import { loginPlace, type LoginPlace } from '../isolation/login/place.ts'
import type { RunRecord } from '../runner/record.ts'
import type { Core } from './core.ts'
import { environmentOf } from './environment.ts'
import { userOf, type Ground } from './standing.ts'

/** The login of a run, opened. */
export interface LoginOfRun {
  readonly place: LoginPlace
  readonly login: SharedLogin
}

/** What carrying a login needs of a daemon. */
export interface LoginGround extends Omit<Ground, 'wall'>, Pick<Core, 'clock' | 'log'> {
  readonly life: Pick<Core['life'], 'logins' | 'loginProblems'>
}

/** Where the login of an agent's CLI lies; undefined when it has none that it writes. */
export function loginOf(
  { config, ...ground }: Omit<Ground, 'wall'>,
  agent: AgentConfig,
): LoginPlace | undefined {
  const { needs } = adapterFor(agent.adapter)
  const env = environmentOf(agent, { ...ground, role: undefined, run: undefined, notes: undefined })
  const { stateDir } = config
  const { isolation, adapter } = agent
  return loginPlace({
    adapter,
    needs,
    home: env['HOME'] ?? '/',
    env,
    stateDir,
    user: isolation.user,
    agent: agent.slug,
  })
}

// Asked at each pass for each agent, and the same for as long as the configuration is.
const names = new WeakMap<AgentConfig, string>()

/** Stands for the login of an agent: agents with one login have one name. */
export function loginName(ground: Omit<Ground, 'wall'>, agent: AgentConfig): string {
  const known = names.get(agent)
  if (known !== undefined) return known
  const name = basename(loginOf(ground, agent)?.folder ?? `${agent.adapter}-of-${agent.slug}`)
  names.set(agent, name)
  return name
}

/** Brings what the operator's file and the runs' folder hold of a login to the same. */
export function carryLogin(core: LoginGround, agent: AgentConfig): void {
  const place = loginOf(core, agent)
  if (place !== undefined) carryAt(core, { place, login: openedLogin(core, agent, place) }, agent.name)
}

/** Remembers with which login a run begins. */
export function keepLogin(core: Core, agent: AgentConfig, run: string): void {
  const place = loginOf(core, agent)
  if (place !== undefined) core.life.loginOfRun.set(run, { place, login: openedLogin(core, agent, place) })
}

/**
 * The same for all runs that go on behind a wall: each of them may renew its login at any time. What a run began with stays its
 * own, also when its agent has left the configuration or uses another by now.
 */
export function carryLogins(core: Core, runs: readonly RunRecord[]): void {
  for (const { id, agent: name, wall } of runs) {
    const begunWith = wall === null ? undefined : core.life.loginOfRun.get(id)
    const agent = wall === null ? undefined : core.config.agents.find((one) => one.name === name)
    if (begunWith !== undefined) carryAt(core, begunWith, name)
    else if (agent !== undefined) carryLogin(core, agent)
  }
}

/** Nothing along a link that a run may have made, and what may have been carried along it is taken away again. */
function carryAt(core: LoginGround, { place, login }: LoginOfRun, agent: string): void {
  const folders = writableFolders(core.config)
  const misled = place.files.find(({ own }) => isMisled(own, folders, { realPath }))
  if (misled !== undefined) remove(place.folder)
  const problem =
    misled === undefined
      ? login.carry(core.clock.now().wall).problem
      : `the login ${misled.own} is not shared: a link on the way to it may be a run's`
  const { loginProblems } = core.life
  if (problem === loginProblems.get(place.folder)) return
  if (problem === undefined) loginProblems.delete(place.folder)
  else {
    loginProblems.set(place.folder, problem)
    core.log.warn(problem, { agent })
  }
}

function openedLogin(
  { life }: Pick<LoginGround, 'life'>,
  agent: AgentConfig,
  place: LoginPlace,
): SharedLogin {
  const open = life.logins.get(place.folder) ?? openLogin(place, userOf(agent))
  life.logins.set(place.folder, open)
  return open
}
