/** Writes a first configuration and its workspace. */
import { existsSync } from 'node:fs'
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { quote } from 'shlex'
import { formatProblem, MarrowError, reasonOf, type Problem } from '../../base/errors.ts'
import type { Config } from '../../config/config.ts'
import { programRoot } from '../../config/load.ts'
import { namesIn } from '../../platform/files.ts'
import { programOn, realPath } from '../../platform/paths.ts'
import { installedProgram } from '../here.ts'
import { testedWall } from '../steps/wall.ts'
import { parseConfig } from '../../config/parse.ts'
import { defaultStateDir } from '../../config/paths.ts'
import { placesOf } from '../../config/search.ts'
import { applySteps } from '../../scaffold/apply.ts'
import { planScaffold, stateDirFor, type ContextScript, type ScaffoldRequest } from '../../scaffold/plan.ts'
import { simulatedCommands, starterClis, starterConfig, type Starter } from '../../scaffold/starter.ts'

/** What stands after the names of the flags; relative paths count from the current folder. */
export interface ScaffoldOptions {
  readonly workspace: string
  readonly configOut: string
  readonly coreDir: string | undefined
  readonly sourceContextDir: string | undefined
}

/** What was made; `lines` tell it to people. */
export interface Scaffolded {
  readonly workspace: string
  readonly config: string
  /** What the agents run. */
  readonly command: readonly string[]
  readonly simulated: boolean
  /** Files of the context folder that are no executables. */
  readonly leftOut: readonly string[]
  /** The commands that come next. */
  readonly next: readonly string[]
  readonly lines: readonly string[]
}

/**
 * Makes the workspace and the configuration. Existing files are left as they are, and
 * nothing at all is written when the configuration exists or would not be valid. Throws USAGE, NOT_FOUND,
 * CANNOT_WRITE, CONFIG_INVALID.
 */
export async function scaffold(options: ScaffoldOptions): Promise<Scaffolded> {
  const workspace = pathOf('--workspace', options.workspace)
  const configOut = pathOf('--config-out', options.configOut)
  await refuseExisting(configOut)
  const coreDir = options.coreDir === undefined ? undefined : pathOf('--core-dir', options.coreDir)
  if (coreDir !== undefined) await refuseMissing(coreDir)
  const { scripts, skipped } = await readScripts(options.sourceContextDir)
  const commands = await agentCommands()
  const wall = await testedWall(
    { program: installedProgram(), env: process.env, agents: [] },
    new AbortController().signal,
  )
  const request: ScaffoldRequest = {
    workspace,
    configOut,
    stateDir: stateDirFor({
      configOut,
      workspace,
      userConfig: userConfig(),
      userState: defaultStateDir(place()),
    }),
    coreDir,
    ...commands,
    noIsolation: wall.state === 'fails' ? wall.reason : undefined,
    contextScripts: scripts,
  }
  checkOwnOutput(request)
  const made = applySteps(planScaffold(request))
  if (!made.some(({ path }) => path === configOut)) throw alreadyThere(configOut)
  const simulated = commands.command[0] === join(programRoot, 'bin', 'marrow')
  const next = nextSteps(configOut)
  const lines = [
    `scaffolded workspace: ${workspace}`,
    `wrote config: ${configOut}`,
    ...skipped.map((path) => `left out: ${path} (only executable files are context providers)`),
    ...(wall.state === 'fails' ? [`Its runs cannot be isolated: ${wall.reason}. ${wall.fix}`] : []),
    '',
    simulated
      ? `No agent CLI was found on PATH (${Object.keys(starterClis).join(', ')}): the agents are simulated until you write yours as agent_command.`
      : `The agents run ${commands.command.join(' ')}: it must be logged in, and allowed to work without asking.`,
    'Next:',
    ...next.map((command) => `  ${command}`),
  ]
  return { workspace, config: configOut, command: commands.command, simulated, leftOut: skipped, next, lines }
}

function nextSteps(configOut: string): string[] {
  const marrow = quote(join(programRoot, 'bin', 'marrow'))
  const named = configOut === userConfig() ? '' : ` -c ${quote(configOut)}`
  return ['validate', 'doctor', 'dry-run', 'run-once', 'run'].map((name) => `${marrow} ${name}${named}`)
}

/** An empty value, as of a variable that is not set, would mean the current folder. */
function pathOf(flag: string, written: string): string {
  if (written.trim() !== '') return resolve(written)
  throw new MarrowError('USAGE', `Cannot scaffold: ${flag} is empty.`, { fix: `Name a path with ${flag}.` })
}

async function refuseMissing(coreDir: string): Promise<void> {
  const found = await stat(coreDir).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new MarrowError('NOT_FOUND', `Cannot use ${coreDir} as the core: there is no such folder.`, {
    fix: 'Name the folder of a marrow core, or leave --core-dir out: then it is this program.',
  })
}

async function refuseExisting(path: string): Promise<void> {
  if (await lstat(path).catch(() => undefined)) throw alreadyThere(path)
}

function alreadyThere(path: string): MarrowError {
  return new MarrowError('CANNOT_WRITE', `Cannot write the configuration: ${path} exists already.`, {
    fix: 'Choose another --config-out, or move the file away.',
  })
}

/** Reads the file before it is written: its author must not be the first to find out what it says. */
function checkOwnOutput(request: ScaffoldRequest): void {
  const context = { ...place(), path: request.configOut, programRoot, realPath, exists: existsSync, namesIn }
  const { config, problems } = parseConfig(starterConfig(request), context)
  const changed = config === undefined ? [] : changedPaths(request, config)
  const mistakes = [
    ...problems.map(({ reason, fix }) => [reason, fix]),
    ...changed.map((path) => [changedReason(path), undefined]),
  ]
  if (mistakes.length === 0) return
  const lines = [
    ...new Set(mistakes.map(([reason, fix]) => formatProblem(problem(request.configOut, reason, fix)))),
  ]
  throw new MarrowError(
    'CONFIG_INVALID',
    ['Cannot scaffold: the configuration would not be valid.', ...lines].join('\n'),
    {
      fix: 'Choose another --workspace or --config-out; a place such as ~/.config/marrow/marrow.toml always works.',
    },
  )
}

function problem(file: string, reason: string | undefined, fix: string | undefined): Problem {
  return { file, line: undefined, key: '', reason: reason ?? '', fix }
}

/** A `$` in a path means a variable when the file is read, and cannot be written otherwise. */
function changedPaths(request: ScaffoldRequest, config: Config): string[] {
  const pairs = [
    [request.workspace, config.agents[0]?.workspace],
    [request.stateDir, config.stateDir],
    [request.coreDir ?? config.coreDir, config.coreDir],
    [request.command[0], config.agents[0]?.command[0]],
  ]
  return pairs.flatMap(([meant, read]) => (meant === undefined || meant === read ? [] : [meant]))
}

function changedReason(path: string): string {
  return `${path} would be read as another path: a $ in it means a variable.`
}

/** The first agent CLI that is on PATH, by its absolute path, because a service has another PATH; else the simulated one. */
async function agentCommands(): Promise<Pick<Starter, 'command' | 'queueCommand'>> {
  for (const [name, words] of Object.entries(starterClis)) {
    const path = programOn(process.env['PATH'] ?? '', name)
    if (path !== undefined) return { command: [path, ...words], queueCommand: [path, ...words] }
  }
  return simulatedCommands(join(programRoot, 'bin', 'marrow'))
}

/** Scripts that agents will run come only from a folder that was named. */
async function readScripts(
  folder: string | undefined,
): Promise<{ scripts: ContextScript[]; skipped: string[] }> {
  const scripts: ContextScript[] = []
  const skipped: string[] = []
  if (folder === undefined) return { scripts, skipped }
  const dir = resolve(folder)
  try {
    const names = (await readdir(dir)).filter((name) => !name.startsWith('.'))
    for (const name of names.toSorted((one, other) => (one < other ? -1 : 1))) {
      const path = join(dir, name)
      const found = await stat(path)
      if (found.isFile() && (found.mode & 0o111) !== 0) scripts.push({ name, content: await readFile(path) })
      else skipped.push(path)
    }
    return { scripts, skipped }
  } catch (error) {
    throw new MarrowError('NOT_FOUND', `Cannot read the context scripts of ${dir}: ${reasonOf(error)}.`, {
      fix: 'Name a folder of executable files with --source-context-dir, or leave the flag out.',
      cause: error,
    })
  }
}

function place() {
  return { home: homedir(), env: process.env }
}

/** The file that every command of this user finds by itself. */
function userConfig(): string {
  const { MARROW_CONFIG: _, ...env } = process.env
  const places = placesOf({ flag: undefined, env, cwd: '/', home: homedir() })
  return (places.kind === 'searched' ? places.fixed[0] : undefined) ?? ''
}
