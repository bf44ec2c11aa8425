/** Asks whether this machine can run a configuration. Looks only; changes nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MarrowError, reasonOf, type Problem } from '../../base/errors.ts'
import { isoTime } from '../../base/time.ts'
import { version } from '../../base/version.ts'
import { findings, type NumberedFinding } from '../../checks/findings.ts'
import { observe, type Surroundings, type Target } from '../../checks/observe.ts'
import type { GuardFacts } from '../../checks/guards.ts'
import type { DaemonFacts } from '../../checks/observed.ts'
import type { AgentConfig, Config } from '../../config/config.ts'
import { contextFolder } from '../../config/inner.ts'
import { findConfig, readConfig, readSocket } from '../../config/load.ts'
import type { Search } from '../../config/search.ts'
import { ask } from '../../ipc/client.ts'
import type { StatusResult } from '../../ipc/protocol/status.ts'
import { observeLimits } from '../../isolation/observe/limits.ts'
import type { WallState } from '../../isolation/wall.ts'
import { runCommand } from '../../platform/command.ts'
import { loadRules, runProviders } from '../../prompt/load.ts'
import { findProviders } from '../../prompt/load/find.ts'
import { installedProgram } from '../here.ts'
import { environmentOf } from '../environment.ts'
import { providerRunner, withFolder } from '../fences.ts'
import { standingIn } from '../standing.ts'
import { withLimitGaps } from '../limit-gaps.ts'
import { wallOf } from '../steps/wall.ts'
import { migrations } from '../migrations.ts'
import { temporaryFolder } from '../../platform/paths.ts'
import { castIn } from './cast-state.ts'
import { cliAgentOf } from './cli-agents.ts'
import { checkRoles } from './check-roles.ts'
import { guardsOf } from './guards.ts'
import { keptIn } from './kept-worktrees.ts'

const NODE_VERSION_MIN = '24.15' // As `engines` of package.json says.
const ANSWER_MS_MAX = 3_000 // A daemon that is well answers within milliseconds.

/** What doctor found, and whether there is a configuration that can be used. */
export interface Diagnosis {
  readonly configIsUsable: boolean
  readonly findings: readonly NumberedFinding[]
  /** Of the agents that have a role. */
  readonly guards: readonly GuardFacts[]
}

/** Everything worth saying, issues first; none means that all is well. What is wrong with the configuration ends nothing. */
export async function doctor(search: Search): Promise<Diagnosis> {
  const target = await targetOf(search)
  const { config } = target
  const ground = { program: installedProgram(), env: process.env, agents: config?.agents ?? [] }
  const wall = await wallOf(ground)
  const observed = await observe(target, surroundingsOf(config, wall))
  return {
    configIsUsable: target.config !== undefined,
    findings: findings(observed),
    guards: observed.guards,
  }
}

/** A configuration that is missing is a finding like its mistakes: the machine can be looked at all the same. */
async function targetOf(search: Search): Promise<Target> {
  try {
    const { path, passedOver } = findConfig(search)
    const { config, problems, warnings } = await readConfig(path, search)
    const aside = passedOver.map(({ path: file, reason }) =>
      problem(file, `passed over: ${reason}`, `Name it with -c to use it instead of ${path}.`),
    )
    const known = config ? { ...config.ipc, stateDir: config.stateDir } : readSocket(path, search)
    const place = known && { enabled: true, ...known }
    return { path, config, problems, warnings: [...aside, ...warnings], place }
  } catch (error) {
    if (!(error instanceof MarrowError) || error.code !== 'CONFIG_MISSING') throw error
    const problems = [problem('configuration', error.message, error.fix)]
    return { path: undefined, config: undefined, problems, warnings: [], place: undefined }
  }
}

function problem(file: string, reason: string, fix: string | undefined): Problem {
  return { file, line: undefined, key: '', reason, fix }
}

function surroundingsOf(config: Config | undefined, wall: WallState): Surroundings {
  const here = { program: installedProgram(), env: process.env, run: undefined }
  const limitFacts = observeLimits(here.program.enter)
  const coreDir = config?.coreDir ?? ''
  const replace = config?.contextReplace ?? []
  const providers = ({ contextDirs }: AgentConfig) =>
    findProviders({
      coreDir,
      contextDirs: contextDirs.map((dir) => contextFolder(dir, config?.agents ?? [])),
      replace,
    })
  return {
    env: process.env,
    runEnvironment: (agent, role) => environmentOf(agent, { ...here, role, notes: undefined }),
    providersOf: async (agent) => {
      const found = await providers(agent)
      return { run: found.providers.map(({ path }) => path), skipped: found.skipped }
    },
    tryProviders: async (agent, role, paths) => {
      const { providers: all } = await providers(agent)
      const chosen = all.filter(({ path }) => paths.includes(path))
      const notes = mkdtempSync(join(temporaryFolder(), 'marrow-notes-'))
      try {
        const layers = await runProviders(chosen, {
          env: { ...environmentOf(agent, { ...here, role, notes }), MARROW_DRY_RUN: '1' },
          cwd: agent.workspace,
          timeoutMs: config?.contextTimeoutMs ?? 0,
          run: config ? providerRunner({ ...here, config, wall }, withFolder(agent, notes)) : runCommand,
          signal: new AbortController().signal,
        })
        return layers.flatMap(({ source, failed }) =>
          failed === undefined ? [] : [{ path: source, reason: failed }],
        )
      } finally {
        rmSync(notes, { recursive: true, force: true })
      }
    },
    standingOf: (agent) =>
      config
        ? withLimitGaps(limitFacts, agent, standingIn({ ...here, config, wall }, agent))
        : { kind: 'open', missing: [] },
    rulesProblem: ({ operatorDir }) => loadRules(coreDir, operatorDir).then(() => undefined, sentenceOf),
    checkRoles,
    cliAgentOf: async (agent, deadlineMs) =>
      config ? cliAgentOf({ ...here, config, wall }, agent, deadlineMs) : undefined,
    castIn,
    keptWorktrees: keptIn,
    guardsOf: (one) => guardsOf(one, here),
    askDaemon,
    nodeMinimum: NODE_VERSION_MIN,
    version,
    schema: migrations.at(-1)?.number ?? 0,
    launcher: installedProgram().launcher,
    now: Date.now(),
  }
}

function sentenceOf(error: unknown): string {
  return reasonOf(error).replace(/\.$/, '')
}

/** The daemon of whatever configuration: that it is another one is a finding too. */
async function askDaemon(socketPath: string): Promise<DaemonFacts> {
  try {
    return factsOf(await ask(socketPath, 'status', {}, { timeoutMs: ANSWER_MS_MAX }))
  } catch (error) {
    if (!(error instanceof MarrowError))
      return { kind: 'silent', reason: reasonOf(error), fix: 'Look at its log.' }
    const { code, fix = 'Look at its log.' } = error
    // A path that is too long is said of the state.
    if (code === 'DAEMON_NOT_RUNNING' || code === 'SOCKET_PATH_TOO_LONG') return { kind: 'none' }
    return { kind: 'silent', reason: sentenceOf(error), fix }
  }
}

function factsOf(status: StatusResult): DaemonFacts {
  const held = Object.values(status.agents).flatMap(({ name, held_reason: reason, held_until: until }) =>
    reason === null ? [] : [{ name, reason, until: until === null ? undefined : isoTime(until * 1_000) }],
  )
  return {
    kind: 'answers',
    version: status.version,
    config: status.config,
    problems: status.config_problems,
    paused: status.paused?.reason,
    stopping: status.stopping,
    held,
  }
}

/** What a run of this agent gets, made by the same function. */
