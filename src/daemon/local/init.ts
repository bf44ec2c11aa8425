/** Sets marrow up: finds out what is there, writes what was answered, and ticks once. */
import { existsSync, lstatSync, readFileSync, rmdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { formatProblem, MarrowError } from '../../base/errors.ts'
import { slugOf } from '../../base/ids.ts'
import type { Config } from '../../config/config.ts'
import { findConfig, loadConfig, programRoot } from '../../config/load.ts'
import { parseConfig } from '../../config/parse.ts'
import { defaultStateDir, isInside, xdgFolder } from '../../config/paths.ts'
import { placesOf, type Search } from '../../config/search.ts'
import { createExclusive, entryOf, makeFolder, namesIn, writeAtomic, writing } from '../../platform/files.ts'
import { realPath } from '../../platform/paths.ts'
import { applySteps } from '../../scaffold/apply.ts'
import type { Answers } from '../../scaffold/init/converse.ts'
import type { InitFacts } from '../../scaffold/init/facts.ts'
import { projectNameOf } from '../../scaffold/init/name.ts'
import { agentNames, extendedConfig, firstConfig, type Place } from '../../scaffold/init/text.ts'
import { planWorkspace, stateDirFor } from '../../scaffold/plan.ts'
import { initFacts } from './init-facts.ts'

/** Where it begins: a configuration that is extended, or a path for the first one. */
export interface InitStart {
  readonly facts: InitFacts
  readonly configPath: string
  /** The text that is extended, as it was read; undefined: there is none yet. */
  readonly before: string | undefined
}

/** What was written. */
export interface InitResult {
  readonly config: string
  readonly workspace: string
  readonly agents: readonly string[]
  /** Undefined for the first project. */
  readonly project: string | undefined
  /** What the configuration should not say, a sentence each. */
  readonly warnings: readonly string[]
}

/** Throws CONFIG_INVALID when the configuration that is to be extended has mistakes, USAGE where there is no home. */
export async function beginInit(search: Search): Promise<InitStart> {
  refuseNoHome(search.home)
  const configPath = findPath(search)
  const config = existsSync(configPath) ? await loadConfig({ ...search, flag: configPath }) : undefined
  const before = config === undefined ? undefined : readFileSync(config.path, 'utf8')
  return { facts: await initFacts(config), configPath: config?.path ?? configPath, before }
}

/** Configuration, workspaces and state lie below it: without it they would lie wherever somebody stands. */
function refuseNoHome(home: string): void {
  if (isAbsolute(home)) return
  const said = home === '' ? 'it is empty' : `${JSON.stringify(home)} is not absolute`
  throw new MarrowError('USAGE', `Cannot set up: HOME names no folder, ${said}.`, {
    fix: 'Set HOME to your home folder, such as /home/me, and start again.',
  })
}

function findPath(search: Search): string {
  try {
    return findConfig(search).path
  } catch (error) {
    if (!(error instanceof MarrowError) || error.code !== 'CONFIG_MISSING') throw error
    const places = placesOf(search)
    return places.kind === 'named' ? places.path : (places.fixed[0] ?? '')
  }
}

/**
 * Everything or nothing: the workspace first, the configuration last and whole. Throws CONFIG_INVALID when what was
 * answered makes no valid configuration, CANNOT_WRITE.
 */
export function writeInit(start: InitStart, answers: Answers, full: boolean): InitResult {
  const { configPath, before, facts } = start
  const named = freeName(projectNameOf(basename(answers.workDir)), start, full)
  const project = before === undefined ? undefined : named
  const place: Place = { workspace: workspaceOf(named), project, full }
  const text =
    before === undefined
      ? firstConfig(answers, place, {
          stateDir: stateDirOf(configPath, place.workspace, answers.workDir),
          noIsolation: facts.noWall?.reason,
        })
      : extendedConfig(before, answers, place)
  const warnings = checkText(configPath, text, place, answers)
  try {
    applySteps(planWorkspace(place.workspace))
    if (before === undefined) writeFirst(configPath, text)
    else replace(configPath, before, text)
  } catch (error) {
    removeEmpty(place.workspace)
    throw error
  }
  return { config: configPath, workspace: place.workspace, agents: agentNames(place), project, warnings }
}

/** Only folders, and only those with nothing but such in them. */
function removeEmpty(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    if (entryOf(path)?.kind === 'folder') removeEmpty(path)
  }
  try {
    rmdirSync(folder)
  } catch {
    // It was never made, or somebody has put something there: why nothing could be written is what counts.
  }
}

/**
 * A name that neither a project nor a workspace has: the folder of another repository may be called the same. A folder with
 * nothing in it is no workspace.
 */
function freeName(name: string, { facts: { existing } }: InitStart, full: boolean): string {
  const projects = new Set(existing?.projects.map(slugOf))
  const agents = new Set(existing?.workDirs.map(({ agent }) => slugOf(agent)))
  for (let count = 1; ; count += 1) {
    const free = count === 1 ? name : `${name}-${count}`
    const isTaken = agentNames({ project: free, full }).some((agent) => agents.has(slugOf(agent)))
    if (!isTaken && !projects.has(free) && isFree(workspaceOf(free))) return free
  }
}

function isFree(path: string): boolean {
  const kind = entryOf(path)?.kind
  return kind === undefined || (kind === 'folder' && namesIn(path).length === 0)
}

function workspaceOf(project: string): string {
  const data = xdgFolder('XDG_DATA_HOME', here()) ?? join(homedir(), '.local', 'share')
  return join(data, 'marrow', project)
}

/** Agents write in both folders. */
function stateDirOf(configOut: string, workspace: string, workDir: string): string {
  const { MARROW_CONFIG: _, ...env } = process.env
  const places = placesOf({ flag: undefined, env, cwd: '/', home: homedir() })
  const userConfig = (places.kind === 'searched' ? places.fixed[0] : undefined) ?? ''
  const written = isInside(realPath(dirname(configOut)), workDir)
  return stateDirFor({
    configOut: written ? join(workDir, basename(configOut)) : configOut,
    workspace: written ? workDir : workspace,
    userConfig,
    userState: defaultStateDir(here()),
  })
}

/** Before anything is written: a file that cannot be used, or that reads as something else, would help nobody. */
function checkText(
  path: string,
  text: string,
  { workspace, project, full }: Place,
  answers: Answers,
): string[] {
  const context = { ...here(), path, programRoot, realPath, exists: existsSync, namesIn }
  const { config, problems, warnings } = parseConfig(text, context)
  const added = config && agentNames({ project, full }).map((name) => agentOf(config, name))
  const changed = added?.some(
    (agent) =>
      agent?.workspace !== workspace ||
      agent.workDir !== answers.workDir ||
      agent.command.join('\0') !== answers.command.words.join('\0'),
  )
  if (problems.length === 0 && changed === false) return warnings.map(({ reason }) => reason)
  const lines = problems.map(({ reason, fix }) =>
    formatProblem({ file: path, line: undefined, key: '', reason, fix }),
  )
  const dollar = `a $ in ${workspace}, ${answers.workDir} or ${answers.command.words.join(' ')} would mean a variable.`
  throw new MarrowError(
    'CONFIG_INVALID',
    ['Cannot set up: the configuration would not be valid.', ...(lines.length === 0 ? [dollar] : lines)].join(
      '\n',
    ),
    { fix: 'Answer otherwise, or write the file by hand: docs/configuration.md. Nothing was written.' },
  )
}

function agentOf({ agents }: Config, name: string): Config['agents'][number] | undefined {
  return agents.find((agent) => agent.name === name)
}

function writeFirst(path: string, text: string): void {
  makeFolder(dirname(path))
  if (entryOf(path)?.kind === 'link' && !existsSync(path))
    throw new MarrowError('CANNOT_WRITE', `Cannot write ${path}: it is a link to a file that is not there.`, {
      fix: 'Make that file, or take the link away.',
    })
  if (!createExclusive(path, text, 0o644)) throw changedMeanwhile(path)
}

/** A link to it stays a link. */
function replace(path: string, before: string, text: string): void {
  const real = realPath(path)
  if (readFileSync(real, 'utf8') !== before) throw changedMeanwhile(path)
  writing(path, () => writeAtomic(real, text, lstatSync(real).mode & 0o777))
}

function changedMeanwhile(path: string): MarrowError {
  return new MarrowError('CANNOT_WRITE', `Cannot write ${path}: somebody else wrote it meanwhile.`, {
    fix: 'Start again; what it says now is read first.',
  })
}

function here() {
  return { home: homedir(), env: process.env }
}
