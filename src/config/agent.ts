/** Reads one `[[agents]]` entry of the file. */
import { agentNameProblem, projectInName, projectNameProblem, slugOf } from '../base/ids.ts'
import { defaultAdapterName } from '../agents/adapters.ts'
import { roleFiles } from '../roles/role-files.ts'
import { readCommand } from './command.ts'
import type { AgentConfig, EnvPolicy, IsolationMode } from './config.ts'
import { readIsolation } from './isolation.ts'
import { readLimits } from './limits.ts'
import { isInside, type Place } from './paths.ts'
import { DEFAULT_PROJECT } from './projects.ts'
import type { KeyPath, Report } from './report.ts'
import { checkTimezone, readActiveHours, readSchedule } from './schedule.ts'
import { readTable, type Table } from './schema.ts'
import { durationOf, numberOf, pathOf, pathValue } from './values.ts'
import { worktreePath } from './worktree.ts'

/** What an `[[agents]]` entry takes from the top of the file and from the machine. */
export interface AgentContext {
  readonly place: Place
  readonly logRetentionDays: number
  readonly logMaxCount: number
  readonly isolationMode: IsolationMode
}

/**
 * Reads one `[[agents]]` entry. It is always complete: where a mistake was reported, an empty text or list stands in
 * its place, so that the other rules can still be checked. Use it only when nothing was reported.
 */
export function readAgent(entry: unknown, at: KeyPath, context: AgentContext, report: Report): AgentConfig {
  const table = readTable('agents', entry, at, report)
  const { values } = table
  checkTimezone(table)
  const command = readCommand(table, context.place)
  const workspace = pathOf(table, 'workspace', context.place, '')
  const name = readName(table)
  const slug = slugOf(name)
  return {
    name,
    slug,
    project: readProject(table, name),
    schedule: readSchedule(table),
    catchUp: values.catch_up ?? 'once',
    activeHours: readActiveHours(table),
    timeoutMs: numberOf(table, 'heartbeat_timeout') * 1_000,
    staleAfterMs: durationOf(table, 'stale_after'),
    command,
    workspace,
    ...readWorkDir(table, context.place, { workspace, slug }),
    contextDirs: readContextDirs(table, context.place),
    role: readRole(table),
    roleVia: values.role_via ?? 'auto',
    adapter: values.adapter ?? defaultAdapterName(command),
    promptVia: values.prompt_via,
    env: readEnv(table),
    isolation: readIsolation(table, context),
    limits: readLimits('agentLimits', values.limits, [...at, 'limits'], report),
    gate: values.gate ?? 'always',
    gateWritten: values.gate !== undefined,
    maxQuietMs: durationOf(table, 'max_quiet'),
    wakeOn: [...new Set(values.wake_on ?? ['handoff' as const])],
    logRetentionDays: numberOf(table, 'log_retention_days', context.logRetentionDays),
    logMaxCount: numberOf(table, 'log_max_count', context.logMaxCount),
  }
}

function readName({ at, values, report }: Table<'agents'>): string {
  if (values.name === undefined) return ''
  const name = values.name.trim()
  const mistake = agentNameProblem(name)
  if (mistake === undefined) return name
  report.problem([...at, 'name'], `${mistake}.`, 'Choose a short name such as scout.')
  return ''
}

function readProject({ at, values, report }: Table<'agents'>, name: string): string {
  const inName = projectInName(name)
  const written = values.project?.trim()
  if (written === undefined) return inName ?? DEFAULT_PROJECT
  const mistake = projectNameProblem(written)
  const path = [...at, 'project']
  if (mistake !== undefined) report.problem(path, `${mistake}.`, 'Choose a short name such as site.')
  else if (inName !== undefined && inName !== written)
    report.problem(path, `is ${written}, and the name ${name} says ${inName}.`, 'Leave project out.')
  return written
}

/** The folder that it works on: the one that is written, or a worktree of it. */
function readWorkDir(
  table: Table<'agents'>,
  place: Place,
  { workspace, slug }: Pick<AgentConfig, 'workspace' | 'slug'>,
): Pick<AgentConfig, 'workDir' | 'repository'> {
  const { at, values, report } = table
  const written = pathOf(table, 'work_dir', place, workspace)
  if (values.worktree !== true) return { workDir: written, repository: undefined }
  if (isInside(workspace, written)) {
    const fix = 'Write work_dir, the folder of a git repository, and a workspace outside of it.'
    report.problem([...at, 'worktree'], `the workspace ${workspace} would be in the repository.`, fix)
  }
  return { workDir: worktreePath(workspace, slug), repository: written }
}

/** One folder or a list; blank ones are dropped, as in marrow-core. */
function readContextDirs({ at, values, report }: Table<'agents'>, place: Place): readonly string[] {
  const path = [...at, 'context_dirs']
  const written = values.context_dirs ?? []
  if (typeof written === 'string')
    return written.trim() === '' ? [] : [pathValue(written, path, place, report)]
  return written.flatMap((dir, index) =>
    dir.trim() === '' ? [] : [pathValue(dir, [...path, index], place, report)],
  )
}

function readRole({ at, values, report }: Table<'agents'>): string | undefined {
  const role = values.role
  if (role === undefined) return undefined
  if (roleFiles(role) !== undefined) return role
  const fix = 'Put the file into roles/ beside marrow.toml and write its name, such as "scout" or "l1/scout".'
  report.problem([...at, 'role'], `is not a name below roles/: "${role}".`, fix)
  return undefined
}

function readEnv({ at, values, report }: Table<'agents'>): EnvPolicy {
  if (values.env === undefined) return { pass: [], set: {} }
  const path = [...at, 'env']
  const { pass = [], set = {} } = readTable('env', values.env, path, report).values
  for (const [index, name] of pass.entries()) checkVariable(name, [...path, 'pass', index], report)
  for (const [name, value] of Object.entries(set)) {
    const here = [...path, 'set', name]
    checkVariable(name, here, report)
    if (value.includes('\0')) report.problem(here, 'holds a zero byte.', 'Write the value without it.')
  }
  return { pass, set }
}

function checkVariable(name: string, path: KeyPath, report: Report): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const fix = 'Use letters, digits and underscores, and no digit first.'
    // Of NAME=value only the name: the value may be a secret.
    report.problem(path, `is not the name of a variable: "${name.replace(/=.*$/su, '=…')}".`, fix)
  } else if (name.startsWith('MARROW_')) {
    const fix = 'Remove it, or choose a name without MARROW_.'
    report.problem(path, `${name} is one that marrow itself gives to a run.`, fix)
  }
}
