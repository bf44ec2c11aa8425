/** Tells what a run of an agent would see, without starting one. */
import { formatSize } from '../../base/size.ts'
import type { AgentConfig } from '../../config/config.ts'
import { observeLimits } from '../../isolation/observe/limits.ts'
import type { Rule } from '../../isolation/policy.ts'
import { adapterFor } from '../../agents/adapters.ts'
import { agentsNamed } from '../handlers/agents.ts'
import { configAt, installedProgram } from '../here.ts'
import { environmentOf } from '../environment.ts'
import { adaptedWords, viewOf } from '../around.ts'
import { fenceIn } from '../fences.ts'
import { standingIn, userOf } from '../standing.ts'
import { withLimitGaps } from '../limit-gaps.ts'
import { wallOf } from '../steps/wall.ts'

/** What a run sees and may take, as stable JSON. */
export interface IsolationView {
  readonly agent: string
  readonly mode: AgentConfig['isolation']['mode']
  /** Undefined fields do not occur: what is not there is null. */
  readonly isolated_by: string | null
  readonly held: string | null
  readonly not_isolated: readonly string[]
  readonly user: string | null
  readonly home: string | null
  readonly network: boolean
  readonly limits: {
    readonly memory: string | null
    readonly processes: number | null
    readonly file_size: string | null
  }
  /** Names only: values may be secrets. */
  readonly environment: readonly string[]
  readonly paths: readonly PathView[]
}

interface PathView {
  readonly path: string
  readonly access: Rule['access']
  /** What is shown there, when it is something else. */
  readonly shows: string | null
  readonly why: string
}

/** Throws CONFIG_MISSING, CONFIG_INVALID, NOT_FOUND for an agent that is not in the file. */
export async function showIsolation(request: {
  readonly configPath: string
  /** Names; none: all of the file. */
  readonly agents: string[]
}): Promise<IsolationView[]> {
  const config = await configAt(request.configPath)
  const agents = agentsNamed(config, request.agents)
  const program = installedProgram()
  const wall = await wallOf({ agents, program, env: process.env })
  const limitFacts = observeLimits(program.enter)
  const ground = { config, program, env: process.env, wall }
  return agents.map((agent) => {
    const env = environmentOf(agent, { program, env: process.env, role: agent.role, run: '', notes: '' })
    const words = adapterFor(agent.adapter).words({
      words: agent.command,
      promptVia: 'stdin',
      promptPlaced: false,
      prompt: '',
      promptFile: '',
      workDir: agent.workDir,
      workspace: agent.workspace,
    }).words
    const standing = withLimitGaps(limitFacts, agent, standingIn(ground, agent))
    const view = viewOf(ground, agent, env)
    const fence = fenceIn(ground, agent, {
      words: adaptedWords(agent, words),
      env,
      cli: view.cli,
      temporary: '',
    })
    const { mode, limits, network } = agent.isolation
    return {
      agent: agent.name,
      mode,
      isolated_by: fence.wall?.by.kind ?? null,
      held: standing.kind === 'held' ? standing.reason : null,
      not_isolated: standing.kind === 'held' ? [] : standing.missing,
      user: userOf(agent)?.name ?? null,
      home: env['HOME'] ?? null,
      network: fence.wall?.policy.network ?? network,
      limits: {
        memory: sizeOf(limits.memoryBytes),
        processes: limits.processesMax ?? null,
        file_size: sizeOf(limits.fileBytesMax),
      },
      environment: Object.keys({ ...env, ...view.env }).toSorted(),
      paths: (fence.wall?.policy.rules ?? []).map(pathView),
    }
  })
}

function sizeOf(bytes: number | undefined): string | null {
  return bytes === undefined ? null : formatSize(bytes)
}

function pathView({ path, access, from, why }: Rule): PathView {
  return { path, access, shows: from ?? null, why }
}
