/** Owns what doctor asks programs: the version of an agent CLI, and git. Each has a deadline and leaves no process. */
import { basename, isAbsolute, join } from 'node:path'
import type { Adapter } from '../../agents/adapter.ts'
import { plain } from '../../base/plain.ts'
import { runCommand, type CommandResult } from '../../platform/command.ts'
import { loginFacts, loginFiles } from '../login.ts'
import type { CliFacts, GitFacts } from '../observed.ts'
import { testedVersions, versionIn } from '../versions.ts'
import { isFile, isFolder } from './files.ts'
import { withoutOwn, type Shared } from './shared.ts'

type Environment = Readonly<Record<string, string>>

/** How long a program may take to say its version; a cold start of a large one takes some seconds. */
export const VERSION_MS_MAX = 10_000
const GIT_MS_MAX = 5_000
const BYTES_MAX = 65_536
const REASON_CHARS_MAX = 200

/** What to ask an agent CLI with. */
export interface CliQuestion {
  readonly adapter: Adapter
  /** The command's words, filled in. */
  readonly words: readonly string[]
  readonly workDir: string
  /** Of a run. */
  readonly env: Environment
  /** Of whoever asks. */
  readonly own: Readonly<Record<string, string | undefined>>
  readonly deadlineMs: number
  readonly shared: Shared
}

/** Undefined for a command that is no CLI that marrow knows. */
export async function observeCli(question: CliQuestion): Promise<CliFacts | undefined> {
  const { adapter, env, own } = question
  if (adapter.name === 'generic') return undefined
  const files = loginFiles(adapter.needs, env)
  const [version, there] = await Promise.all([versionOf(question), Promise.all(files.map(isFile))])
  const file = files.find((_, index) => there[index])
  return {
    adapter: adapter.name,
    version,
    tested: testedVersions[adapter.name],
    login: loginFacts(adapter.needs, file, { run: env, own }),
  }
}

/** Only a program that has the CLI's own name is asked: what another one does with `--version` nobody knows. */
async function versionOf({
  adapter,
  words,
  workDir,
  env,
  deadlineMs,
  shared,
}: CliQuestion): Promise<CliFacts['version']> {
  const word = words.find((one) => basename(one) === adapter.name)
  if (word === undefined) return undefined
  const program = word.includes('/') && !isAbsolute(word) ? join(workDir, word) : word
  const result = await shared([program, withoutOwn(env)], () =>
    ask([program, '--version'], '/', env, deadlineMs),
  )
  if (result.kind === 'missing') return undefined // Told of already: it is not on the PATH.
  if (result.kind === 'deadline')
    return { kind: 'silent', reason: `gives no answer within ${deadlineMs / 1_000} s` }
  if (result.kind === 'aborted') return undefined
  if (result.exitCode !== 0) return { kind: 'silent', reason: `fails: ${lastWords(result)}` }
  const version = versionIn(`${result.stdout}\n${result.stderr}`)
  return version === undefined ? { kind: 'silent', reason: 'prints no version' } : { kind: 'said', version }
}

function lastWords({ stdout, stderr, exitCode }: Extract<CommandResult, { kind: 'exited' }>): string {
  const line = `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? ''
  return line === '' ? `exit ${exitCode}` : plain(line).slice(0, REASON_CHARS_MAX)
}

/** Undefined where there is no repository, or no git. */
export function observeGit(workDir: string, env: Environment, shared: Shared): Promise<GitFacts | undefined> {
  return shared(['git', workDir, withoutOwn(env)], () => askGit(workDir, env))
}

async function askGit(workDir: string, env: Environment): Promise<GitFacts | undefined> {
  if (!(await isFolder(workDir))) return undefined
  const git = ['git', '-C', workDir]
  const quiet = { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' }
  const found = await ask([...git, 'rev-parse', '--git-dir'], '/', quiet, GIT_MS_MAX)
  if (found.kind !== 'exited') return undefined
  if (found.exitCode !== 0) {
    const reason = plain(found.stderr.split('\n')[0] ?? '').replace(/^fatal: /, '')
    return /not a git repository/.test(found.stderr) ? undefined : { refusal: reason, identity: true }
  }
  const [name, address] = await Promise.all(
    ['user.name', 'user.email'].map((key) => ask([...git, 'config', '--get', key], '/', quiet, GIT_MS_MAX)),
  )
  const given = (result: CommandResult | undefined, ...names: readonly string[]) =>
    (result?.kind === 'exited' && result.exitCode === 0) || names.every((one) => Boolean(env[one]))
  return {
    refusal: undefined,
    identity:
      given(name, 'GIT_AUTHOR_NAME', 'GIT_COMMITTER_NAME') &&
      (given(address, 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_EMAIL') || Boolean(env['EMAIL'])),
  }
}

function ask(
  words: readonly string[],
  cwd: string,
  env: Environment,
  deadlineMs: number,
): Promise<CommandResult> {
  return runCommand(words, {
    cwd,
    env,
    deadlineMs,
    signal: new AbortController().signal,
    maxBytes: BYTES_MAX,
  })
}
