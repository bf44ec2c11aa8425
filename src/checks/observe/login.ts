/** Owns the question whether an agent CLI is logged in: put to itself where it can answer, else told from files and variables. */
import type { Adapter } from '../../agents/adapter.ts'
import { runCommand } from '../../platform/command.ts'
import { loginFiles } from '../login.ts'
import { isFile } from './files.ts'

const ANSWER_MS_MAX = 10_000 // As for its version: a cold start of a large program.
const BYTES_MAX = 65_536

type Environment = Readonly<Record<string, string>>

/** What is known of a login; `by` is the variable that it is, undefined for one of the CLI's own. */
export type Login =
  | { readonly state: 'in'; readonly by: string | undefined }
  | { readonly state: 'out' | 'unknown'; readonly how: string }

/**
 * `env` is what a run gets, without the variables that are a login; `own` the environment of whoever asks. A login of
 * the CLI's own comes before one by a variable, which bills somebody else.
 */
export async function observeLogin(
  adapter: Adapter,
  program: string,
  { env, own }: { readonly env: Environment; readonly own: Readonly<Record<string, string | undefined>> },
): Promise<Login> {
  const { variables, how, status } = adapter.needs.login
  const said = status && (await answer([program, ...status.words], env, status.read))
  const files = await Promise.all(loginFiles(adapter.needs, env).map(isFile))
  if (said === true || (said === undefined && files.includes(true))) return { state: 'in', by: undefined }
  const by = variables.find((name) => Boolean(own[name]))
  if (by !== undefined) return { state: 'in', by }
  return { state: said === false ? 'out' : 'unknown', how }
}

async function answer<Answer>(
  words: readonly string[],
  env: Environment,
  read: (said: { readonly exitCode: number; readonly stdout: string }) => Answer,
): Promise<Answer | undefined> {
  const result = await runCommand(words, {
    cwd: '/',
    env,
    deadlineMs: ANSWER_MS_MAX,
    signal: new AbortController().signal,
    maxBytes: BYTES_MAX,
  })
  return result.kind === 'exited' ? read(result) : undefined
}
