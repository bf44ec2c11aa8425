/** The logins that runs share with the operator: opened once each, and looked after while runs with them go on. */
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

/** Where the login of an agent's CLI lies; undefined when it has none that it writes. */
export function loginOf(
  { config, ...ground }: Omit<Ground, 'wall'>,
  agent: AgentConfig,
): LoginPlace | undefined {
  const { needs } = adapterFor(agent.adapter)
  const env = environmentOf(agent, { ...ground, run: undefined, notes: undefined })
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

/** Brings what the operator's file and the runs' folder hold of a login to the same. */
export function carryLogin(core: Core, agent: AgentConfig): void {
  const place = loginOf(core, agent)
  if (place === undefined) return
  const folders = writableFolders(core.config)
  const misled = place.files.find(({ own }) => isMisled(own, folders, { realPath }))
  const { problem } =
    misled === undefined
      ? openedLogin(core, agent, place).carry(core.clock.now().wall)
      : { problem: `the login ${misled.own} is not shared: a link on the way to it may be a run's` }
  if (misled !== undefined) remove(place.folder) // What may have been carried along it is taken away again.
  const { loginProblems } = core.life
  if (problem === loginProblems.get(place.folder)) return
  if (problem === undefined) loginProblems.delete(place.folder)
  else {
    loginProblems.set(place.folder, problem)
    core.log.warn(problem, { agent: agent.name })
  }
}

/** Remembers with which login a run begins. */
export function keepLogin(core: Core, agent: AgentConfig, run: string): void {
  const place = loginOf(core, agent)
  const login = place && core.life.logins.get(place.folder)
  if (login !== undefined) core.life.loginOfRun.set(run, login)
}

/** The same for all runs that go on behind a wall: each of them may renew its login at any time. */
export function carryLogins(core: Core, runs: readonly RunRecord[]): void {
  const walled = runs.filter(({ wall }) => wall !== null)
  const names = new Set(walled.map(({ agent }) => agent))
  for (const agent of core.config.agents) if (names.has(agent.name)) carryLogin(core, agent)
  // What an agent's runs began with stays theirs, also when the agent has left the configuration or uses another by now.
  for (const { id } of walled) core.life.loginOfRun.get(id)?.carry(core.clock.now().wall)
}

function openedLogin({ life }: Core, agent: AgentConfig, place: LoginPlace): SharedLogin {
  const open = life.logins.get(place.folder) ?? openLogin(place, userOf(agent))
  life.logins.set(place.folder, open)
  return open
}
