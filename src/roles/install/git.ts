// The door through which git reads a source of roles. It fetches into a repository of marrow's own that has no settings
// of the source, checks nothing out, and runs nothing that the source names; blobs are read by their ids.
import { setTimeout as wait } from 'node:timers/promises'
import { MarrowError } from '../../base/errors.ts'
import { plainStart } from '../../base/plain.ts'
import { runCommand, type CommandResult } from '../../platform/command.ts'
import { bytesBelow } from '../../platform/disk-use.ts'
import { gitEnvironment } from '../../platform/git-ask.ts'
import type { Entry } from '../offer.ts'
import type { Source } from '../source.ts'
import type { SourceTree } from './tree.ts'

/** What is fetched, and by whose environment git finds keys, proxies and the operator's own settings. */
export interface FetchRequest {
  readonly source: Source
  /** Undefined: the branch that the source itself has as its first. */
  readonly ref: string | undefined
  /** An empty folder of marrow's own, which will hold the repository. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

const DEADLINE_MS = 60_000 // Of one step; the signal of the caller holds for all of them.
const BYTES_MAX = 50 * 1024 * 1024
const LOOK_EVERY_MS = 50 // What arrives between two looks is all that can be too much.
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/** Fetches one commit and nothing of its history. Throws NOT_FOUND, TOO_LARGE, PROGRAM_MISSING. */
export async function fetchCommit(request: FetchRequest): Promise<SourceTree & { readonly commit: string }> {
  const { source, ref, folder, signal } = request
  const ask = (words: readonly string[], stdin?: string) =>
    runCommand(['git', '-C', folder, ...words], {
      cwd: '/',
      env: gitEnvironment(),
      deadlineMs: DEADLINE_MS,
      signal,
      maxBytes: OUTPUT_BYTES_MAX,
      stdin,
    })
  said(await ask(['init', '--quiet', '--bare', '--template=']), request)
  const end = await within(folder, signal, (stop) =>
    runCommand(['git', '-C', folder, ...fetchWords, '--', source.name, ref ?? 'HEAD'], {
      cwd: '/',
      env: fetchEnvironment(request),
      deadlineMs: DEADLINE_MS,
      signal: stop,
      maxBytes: OUTPUT_BYTES_MAX,
    }),
  )
  said(end, request)
  const commit = said(await ask(['rev-parse', '--verify', '--quiet', 'FETCH_HEAD^{commit}']), request).trim()
  return {
    commit,
    list: async (path) =>
      entriesIn(said(await ask(['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', path]), request)),
    read: async (entries) => {
      if (entries.length === 0) return new Map()
      const ids = entries.map(({ id }) => `${id}\n`).join('')
      return textsIn(said(await ask(['cat-file', '--batch'], ids), request), entries)
    },
  }
}

const fetchWords = [
  '-c',
  'core.bigFileThreshold=1m', // Larger files are not held in memory.
  'fetch',
  '--quiet',
  '--depth=1',
  '--update-shallow',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-auto-maintenance',
]

/** The operator's own settings hold here, and only here: without them git would find neither keys nor proxies. */
function fetchEnvironment({ source, env }: FetchRequest): Record<string, string> {
  const passed = passedNames.flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes', // Nobody can answer it: it does not have the terminal.
    ...Object.fromEntries(passed),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: source.kind === 'remote' ? source.protocols : 'file',
    ...loginSettings(source),
  }
}

const passedNames =
  'PATH HOME XDG_CONFIG_HOME USER SSH_AUTH_SOCK GIT_SSH_COMMAND GIT_CONFIG_NOSYSTEM http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR GIT_SSL_CAINFO'.split(
    ' ',
  )

/** By the environment, because anybody can read the words of a program; not sent on to where the host may point. */
function loginSettings(source: Source): Record<string, string> {
  if (source.kind !== 'remote' || source.login === undefined) return {}
  const { user, password } = source.login
  const { origin } = new URL(source.name)
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `http.${origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    GIT_CONFIG_KEY_1: 'http.followRedirects',
    GIT_CONFIG_VALUE_1: 'false',
  }
}

/** Does `work` and ends it when the folder has grown too large. Throws TOO_LARGE. */
async function within<T>(
  folder: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [tooLarge, done] = [new AbortController(), new AbortController()]
  const looking = (async () => {
    while (!done.signal.aborted && !tooLarge.signal.aborted) {
      if ((await bytesBelow(folder)) > BYTES_MAX) tooLarge.abort()
      else await wait(LOOK_EVERY_MS, undefined, { signal: done.signal }).catch(() => {}) // It is done.
    }
  })()
  try {
    const result = await work(AbortSignal.any([signal, tooLarge.signal]))
    if (tooLarge.signal.aborted || (await bytesBelow(folder)) > BYTES_MAX)
      throw new MarrowError('TOO_LARGE', 'Cannot fetch the source: one commit of it is larger than 50 MiB.', {
        fix: 'Keep the roles in a repository of their own.',
      })
    return result
  } finally {
    done.abort()
    await looking
  }
}

/** What git printed. Throws when it did not end well. */
function said(result: CommandResult, { source, ref }: FetchRequest): string {
  if (result.kind === 'exited' && result.exitCode === 0) {
    if (!result.truncated) return result.stdout
    throw new MarrowError('TOO_LARGE', `Cannot read ${source.name}: it holds too many files.`)
  }
  const what = ref === undefined ? source.name : `${ref} of ${source.name}`
  if (result.kind === 'missing')
    throw new MarrowError('PROGRAM_MISSING', `Cannot fetch ${what}: git is not there (${result.detail}).`, {
      fix: 'Install git, or name a folder that is no repository.',
    })
  if (result.kind !== 'exited')
    throw new MarrowError('NOT_FOUND', `Cannot fetch ${what}: it took longer than 60 s.`, {
      fix: 'Try again, or fetch it yourself and name the folder.',
    })
  throw new MarrowError('NOT_FOUND', `Cannot fetch ${what}: ${reasonIn(result.stderr)}.`, {
    fix: 'Check the address and the ref, and that you may read it: git ls-remote ADDRESS',
  })
}

/** Of all that git and the other side say, what git calls the reason. */
function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const reasons = lines.filter((line) => /^(?:fatal|error):/.test(line))
  const shown = (reasons.length === 0 ? lines : reasons).map((line) => line.replace(/^(?:fatal|error): /, ''))
  return plainStart(shown.slice(0, 3).join('; '), 400).replace(/\.$/, '') || 'git said nothing'
}

/** Reads `git ls-tree -r -l -z`. */
function entriesIn(text: string): Entry[] {
  return text.split('\0').flatMap((line) => {
    const [, mode, id = '', size, path] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([^]+)$/.exec(line) ?? []
    if (path === undefined) return []
    return [{ path, id, kind: kinds[mode ?? ''] ?? 'other', bytes: size === '-' ? 0 : Number(size) }]
  })
}

const kinds: Readonly<Record<string, Entry['kind']>> = {
  '100644': 'file',
  '100664': 'file',
  '100755': 'file',
  '120000': 'link',
  '160000': 'repository',
}

/** Reads `git cat-file --batch`; a text that is not UTF-8 has another length by now, and so have all after it. */
function textsIn(output: string, entries: readonly Entry[]): Map<string, string> {
  const bytes = Buffer.from(output)
  const texts = new Map<string, string>()
  let at = 0
  for (const { id, path, bytes: length } of entries) {
    const head = `${id} blob ${length}\n`
    const start = at + Buffer.byteLength(head)
    const isWhole = bytes.toString('utf8', at, start) === head && bytes[start + length] === 10
    if (!isWhole) throw new MarrowError('BAD_REQUEST', `Cannot read ${path}: it is no text in UTF-8.`)
    texts.set(path, bytes.toString('utf8', start, start + length))
    at = start + length + 1
  }
  return texts
}
