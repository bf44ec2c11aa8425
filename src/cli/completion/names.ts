/** Owns the names that only the daemon or the configuration knows: agents, runs, kinds of events. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { programRoot } from '../../config/load.ts'
import type { RunView } from '../../ipc/protocol/runs.ts'
import { connect, type Connection } from '../connection.ts'
import type { Source } from '../program/spec.ts'
import { whoseRun } from '../render/whose.ts'
import type { Candidate } from './wanted.ts'

const DAEMON_MS_MAX = 150 // Whoever presses a key does not wait longer; then the configuration must do.
const RUNS_MAX = 50 // More do not fit on a screen.

/** Everything that these sources know. What cannot be had in time is left out. */
export async function namesOf(sources: readonly Source[], config: string | undefined): Promise<Candidate[]> {
  if (sources.length === 0) return []
  const found = await Promise.all(
    sources.map((source) => candidatesOf(source, config).catch((): Candidate[] => [])),
  )
  return found.flat()
}

async function candidatesOf(source: Source, config: string | undefined): Promise<Candidate[]> {
  switch (source) {
    case 'agents':
      return agents(connect({ config: underHome(config) }))
    case 'projects':
      return projects(connect({ config: underHome(config) }))
    case 'runs':
      return runs(connect({ config: underHome(config) }), () => true)
    case 'roles':
      return roles(connect({ config: underHome(config) }))
    case 'open runs':
      return runs(connect({ config: underHome(config) }), ({ state }) => state !== 'ended')
    case 'event kinds':
      return await kinds()
    case 'commands':
    case 'files':
    case 'folders':
      return []
  }
}

async function agents(connection: Connection): Promise<Candidate[]> {
  try {
    const answer = await connection.ask('status', {}, { timeoutMs: DAEMON_MS_MAX })
    return Object.values(answer.agents).map(({ name, doing }) => ({ value: name, about: doing }))
  } catch {
    // Nothing but a file: a pipe would keep whoever pressed the key waiting.
    if (!statSync(connection.configPath).isFile()) return []
    return agentsIn(parse(readFileSync(connection.configPath, 'utf8')))
  }
}

async function projects(connection: Connection): Promise<Candidate[]> {
  const { agents: all } = await connection.ask('status', {}, { timeoutMs: DAEMON_MS_MAX })
  const byProject = Map.groupBy(Object.values(all), ({ project }) => project)
  return [...byProject].map(([value, own]) => ({ value, about: own.map(({ name }) => name).join(', ') }))
}

/** By their files alone: reading them takes longer than a key may. */
function roles({ configPath }: Connection): Candidate[] {
  const folders = [programRoot, dirname(configPath)].map((layer) => join(layer, 'roles')).filter(existsSync)
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  const ids = files.flatMap((file) => /^(?!(?:.*\/)?(?:README\.md$|\.)).+(?=\.md$)/.exec(file)?.[0] ?? [])
  return [...new Set(ids)].toSorted().map((value) => ({ value, about: '' }))
}

/** The names in a configuration, whatever else is wrong with it. */
function agentsIn({ agents: tables }: Readonly<Record<string, unknown>>): Candidate[] {
  if (!Array.isArray(tables)) return []
  return tables.flatMap((table: unknown) => {
    const isNamed = typeof table === 'object' && table !== null && 'name' in table
    return isNamed && typeof table.name === 'string' ? [{ value: table.name, about: '' }] : []
  })
}

async function runs(connection: Connection, isWanted: (run: RunView) => boolean): Promise<Candidate[]> {
  const answer = await connection.ask('runs', { limit: RUNS_MAX }, { timeoutMs: DAEMON_MS_MAX })
  return answer.runs
    .filter(isWanted)
    .map((run) => ({ value: run.id, about: `${whoseRun(run)}: ${run.outcome ?? run.state}` }))
}

/** `run` stands for every `run.…`. */
async function kinds(): Promise<Candidate[]> {
  const [{ eventNouns }, { eventKinds }] = await Promise.all([
    import('../../observability/kinds.ts'),
    import('../../observability/sentences.ts'),
  ])
  return [
    ...eventNouns.map((noun) => ({ value: noun, about: `every ${noun}.…` })),
    ...eventKinds.map((value) => ({ value, about: '' })),
  ]
}

/** The shell asks before it has replaced the `~` of a path. */
function underHome(path: string | undefined): string | undefined {
  return path?.replace(/^~(?=\/)/, homedir())
}
