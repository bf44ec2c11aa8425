/** Turns the text of marrow.toml into a configuration, or into all its mistakes. */
import { dirname } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { reasonOf } from '../base/errors.ts'
import { type AgentContext, readAgent } from './agent.ts'
import type { AgentConfig, Config } from './config.ts'
import { checkLayout, type DiskFacts } from './layout.ts'
import { readIsolationMode } from './isolation.ts'
import { readDelegation } from './delegation.ts'
import { readLimits } from './limits.ts'
import { readNotify } from './notify.ts'
import { defaultStateDir, type Place } from './paths.ts'
import { checkProjects } from './projects.ts'
import { type Issue, newReport, problemOf, type Report } from './report.ts'
import { readTable, type Table } from './schema.ts'
import { readContextReplace, readIpc, readJournal, readSync } from './sections.ts'
import { checkStateDir } from './state-dir.ts'
import { numberOf, pathOf } from './values.ts'

/** What the text alone does not say: where it came from, whose paths it names, and a few facts about the disk. */
export interface ParseContext extends Place, DiskFacts {
  /** The file, absolute. */
  readonly path: string
  /** The folder of the installed program. */
  readonly programRoot: string
}

/** A configuration, or every mistake that keeps the text from being one. Warnings may come with either. */
export interface Parsed {
  readonly config: Config | undefined
  readonly problems: readonly Issue[]
  readonly warnings: readonly Issue[]
}

/**
 * Reads the text of marrow.toml. Never throws. Once the syntax is valid, all mistakes are found at once. The lines of
 * `config.warnings` are not known yet: whoever read the file adds them.
 */
export function parseConfig(text: string, context: ParseContext): Parsed {
  const report = newReport()
  const file = readToml(text, report)
  const config = file === undefined ? undefined : readFile(file, context, report)
  const { problems, warnings } = report
  if (config === undefined || problems.length > 0) return { config: undefined, problems, warnings }
  const shown = warnings.map((issue) => problemOf(issue, context.path, undefined))
  return { config: { ...config, warnings: shown }, problems, warnings }
}

type File = Readonly<Record<string, unknown>>

function readToml(text: string, report: Report): File | undefined {
  try {
    return parse(text, { unsafeKeyBehaviour: 'throw' })
  } catch (error) {
    report.problems.push(syntaxIssue(error))
    return undefined
  }
}

function syntaxIssue(error: unknown): Issue {
  const [first = ''] = reasonOf(error).replace('Invalid TOML document: ', '').split('\n')
  if (!(error instanceof TomlError)) return { path: [], reason: `${first}.`, fix: undefined }
  const reason = `${first} (column ${error.column}).\n${error.codeblock.trimEnd()}`
  return { path: [], reason, fix: undefined, line: error.line }
}

function readFile(file: File, context: ParseContext, report: Report): Omit<Config, 'warnings'> {
  const top = readTable('top', file, [], report)
  const stateDir = pathOf(top, 'state_dir', context, defaultStateDir(context))
  const isolationMode = readIsolationMode(file['isolation'], report)
  const agents = readAgents(file['agents'], top, { place: context, isolationMode })
  const sections = { place: context, stateDir, workspace: agents[0]?.workspace ?? '' }
  const config = {
    path: context.path,
    operatorDir: dirname(context.path),
    stateDir,
    coreDir: pathOf(top, 'core_dir', context, defaultCoreDir(context)),
    agents,
    limits: readLimits('limits', file['limits'], ['limits'], report),
    ipc: readIpc(file['ipc'], sections, report),
    notify: readNotify(file['notify'], context, report),
    delegation: readDelegation(file['delegation'], context, report),
    journal: readJournal(file['journal'], report),
    sync: readSync(file['sync'], sections, report),
    maxConcurrentRuns: numberOf(top, 'max_concurrent_runs'),
    stopGraceMs: numberOf(top, 'stop_grace_seconds') * 1_000,
    contextTimeoutMs: numberOf(top, 'context_timeout_seconds') * 1_000,
    contextReplace: readContextReplace(top),
  }
  checkLayout(config, context, report)
  checkStateDir(config, context, report)
  checkProjects(config, context, report)
  return config
}

const SYSTEM_CORE_DIR = '/opt/marrow-core'

function defaultCoreDir({ exists, programRoot }: ParseContext): string {
  return exists(SYSTEM_CORE_DIR) ? SYSTEM_CORE_DIR : programRoot
}

function readAgents(
  entries: unknown,
  top: Table<'top'>,
  given: Pick<AgentContext, 'place' | 'isolationMode'>,
): readonly AgentConfig[] {
  const { report } = top
  if (entries !== undefined && !Array.isArray(entries)) {
    report.problem(['agents'], 'must be a list of tables.', 'Head each agent with [[agents]].')
    return []
  }
  const context = {
    ...given,
    logRetentionDays: numberOf(top, 'log_retention_days'),
    logMaxCount: numberOf(top, 'log_max_count'),
  }
  const agents = (entries ?? []).map((entry: unknown, index) =>
    readAgent(entry, ['agents', index], context, report),
  )
  if (agents.length === 0) {
    report.problem(
      [],
      'no agents configured.',
      'Add [[agents]] with a name, an agent_command and a workspace.',
    )
  }
  checkDistinct(agents, report)
  return agents
}

/** Two names with one slug would share their files. */
function checkDistinct(agents: readonly AgentConfig[], report: Report): void {
  const first = new Map<string, string>()
  for (const [index, { name, slug }] of agents.entries()) {
    if (name === '') continue
    const earlier = first.get(slug)
    first.set(slug, earlier ?? name)
    if (earlier === undefined) continue
    const same = `another agent is named ${name} too.`
    const reason = earlier === name ? same : `${name} and ${earlier} are both ${slug} in file names.`
    report.problem(['agents', index, 'name'], reason, 'Give each agent a name of its own.')
  }
}
