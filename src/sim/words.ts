// Owns the words that script the simulated agent: `--work 2s` on the command line is `work 2s` in a script file.
import { parseDuration } from '../base/duration.ts'
import { parseSize } from '../base/size.ts'
import { isTechnique, type Technique } from '../isolation/techniques.ts'

/** One thing that the simulated agent does, in the order in which they are written. */
export type Step =
  | { readonly does: 'work'; readonly ms: number }
  | { readonly does: 'say'; readonly text: string }
  | { readonly does: 'echo-prompt' }
  | { readonly does: 'show-env'; readonly name: string }
  | { readonly does: 'complete-tasks'; readonly count: number }
  | { readonly does: 'handoff'; readonly to: string; readonly text: string; readonly onlyAfterTask: boolean }
  | { readonly does: 'take-handoffs' }
  | { readonly does: 'change-file'; readonly path: string; readonly text: string | undefined }
  | { readonly does: 'commit'; readonly message: string }
  | { readonly does: 'fork'; readonly child: Child }
  | { readonly does: 'flood'; readonly bytes: number; readonly to: 'stdout' | 'stderr' }
  | { readonly does: 'eat'; readonly bytes: number }
  | { readonly does: 'fork-bomb'; readonly count: number }
  | { readonly does: 'write-file'; readonly path: string; readonly bytes: number }
  | { readonly does: 'attempt'; readonly technique: Technique; readonly target: string }
  | { readonly does: 'hang' }
  | { readonly does: 'fail'; readonly mishap: Mishap }
  | { readonly does: 'exit'; readonly code: number }
  | { readonly does: 'die'; readonly signal: 'SIGTERM' | 'SIGKILL' | 'SIGSEGV' }

/** A process that the simulated agent leaves behind. It ends by itself after `ms`, so that no test leaves litter. */
export interface Child {
  readonly ms: number
  /** In a session of its own, as the tools of every real agent CLI are. */
  readonly session: boolean
  /** Started by a process that has ended, so that it has no parent in the run. */
  readonly double: boolean
  /** Keeps the run's stdout and stderr open. */
  readonly stdout: boolean
  /** With an empty environment, so that it cannot be found by it. */
  readonly scrubbed: boolean
  /** Ignores TERM. */
  readonly deaf: boolean
}

/** A failed run, as the chosen agent CLI would show it. */
export type Mishap =
  | { readonly kind: 'rate-limit'; readonly retryAfterMs: number }
  | { readonly kind: 'authentication' | 'connection' | 'permission-denied' | 'wrong-agent' | 'no-result' }
  | { readonly kind: 'error'; readonly text: string }

/** Token figures to report; what is left out is made up from the size of the prompt. */
export interface UsageFigures {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly costUsd?: number
}

/** What one word means: a step, or a setting of the whole run. */
export type Meaning =
  | { readonly step: Step }
  | { readonly setting: { readonly as: 'opencode' | 'generic' } }
  | { readonly setting: { readonly usage: UsageFigures } }
  | { readonly setting: { readonly taskTicks: number } }
  | { readonly setting: { readonly session: string } }
  | { readonly setting: { readonly ignoreTerm: true } }

interface Word {
  /** How the value is written in the help; undefined: there is none. In brackets: it may be left out. */
  readonly value?: string
  readonly help: string
  /** Undefined when the value cannot be read. */
  readonly read: (value: string) => Meaning | undefined
}

const step = (does: Step): Meaning => ({ step: does })
const fails = (mishap: Mishap): Meaning => step({ does: 'fail', mishap })

/** Every word. The help and the parser are made of this table. */
export const vocabulary: Readonly<Record<string, Word>> = {
  work: {
    value: 'TIME',
    help: 'take so long (2s, 1m30s, 250ms)',
    read: (value) => withDuration(value, (ms) => step({ does: 'work', ms })),
  },
  say: { value: 'TEXT', help: 'print TEXT as its words', read: (text) => step({ does: 'say', text }) },
  'echo-prompt': {
    help: 'print the size and the digest of the prompt it got',
    read: () => step({ does: 'echo-prompt' }),
  },
  'show-env': {
    value: 'NAME',
    help: 'print one variable of its environment',
    read: (name) => step({ does: 'show-env', name }),
  },
  'complete-tasks': {
    value: '[N]',
    help: 'move N tasks (all) from tasks/queue to tasks/done of its workspace',
    read: (value) => withCount(value || '1000000', (count) => step({ does: 'complete-tasks', count })),
  },
  'task-ticks': {
    value: 'N',
    help: 'need N runs for each task; the count is kept in its notes',
    read: (value) => withCount(value, (taskTicks) => ({ setting: { taskTicks } })),
  },
  handoff: {
    value: 'TO[:TEXT]',
    help: 'write a handoff to agent TO',
    read: (value) => handoff(value, false),
  },
  'handoff-after-task': {
    value: 'TO[:TEXT]',
    help: 'the same, if this run completed a task; {tasks} stands for the titles',
    read: (value) => handoff(value, true),
  },
  'take-handoffs': {
    help: 'take away the handoffs that are for it',
    read: () => step({ does: 'take-handoffs' }),
  },
  'change-file': {
    value: 'PATH[:TEXT]',
    help: 'append a line to a file of its work_dir',
    read: (value) => {
      const [path, text] = splitOnce(value)
      return path === '' ? undefined : step({ does: 'change-file', path, text })
    },
  },
  commit: {
    value: 'MESSAGE',
    help: 'commit all changes of its work_dir',
    read: (message) => step({ does: 'commit', message }),
  },
  fork: {
    value: '[KINDS]',
    help: 'leave a process behind; KINDS by comma: session, double, stdout, scrubbed, deaf, and a time (60s)',
    read: fork,
  },
  flood: {
    value: 'SIZE[:stderr]',
    help: 'print SIZE bytes (64KB, 1GB)',
    read: (value) => {
      const [size, to = 'stdout'] = splitOnce(value)
      const bytes = parseSize(size)
      if (bytes === undefined || (to !== 'stdout' && to !== 'stderr')) return undefined
      return step({ does: 'flood', bytes, to })
    },
  },
  eat: {
    value: 'SIZE',
    help: 'take SIZE bytes of memory (64MB, 1GiB) and keep them',
    read: (value) => withSize(value, (bytes) => step({ does: 'eat', bytes })),
  },
  'fork-bomb': {
    value: 'N',
    help: 'start N processes that wait; fail if the system refuses one',
    read: (value) => withCount(value, (count) => step({ does: 'fork-bomb', count })),
  },
  'write-file': {
    value: 'SIZE[:PATH]',
    help: 'write a file of SIZE bytes in its work_dir (large.bin)',
    read: (value) => {
      const [size, path = 'large.bin'] = splitOnce(value)
      return withSize(size, (bytes) => step({ does: 'write-file', path, bytes }))
    },
  },
  attempt: {
    value: 'HOW:TARGET',
    help: 'try to get out of its wall (write:/etc/passwd, signal:4242), and say what came of it; it really happens',
    read: (value) => {
      const [how, target = ''] = splitOnce(value)
      if (!isTechnique(how) || !/^\S+$/.test(target)) return undefined
      return step({ does: 'attempt', technique: how, target })
    },
  },
  hang: { help: 'never end', read: () => step({ does: 'hang' }) },
  'ignore-term': { help: 'ignore TERM, INT and HUP', read: () => ({ setting: { ignoreTerm: true } }) },
  'rate-limit': {
    value: 'TIME',
    help: 'fail: the model takes no requests for TIME',
    read: (value) => withDuration(value, (retryAfterMs) => fails({ kind: 'rate-limit', retryAfterMs })),
  },
  'auth-failure': { help: 'fail: the key is not accepted', read: () => fails({ kind: 'authentication' }) },
  'connection-failure': {
    help: 'fail: the model cannot be reached',
    read: () => fails({ kind: 'connection' }),
  },
  'permission-denied': {
    help: 'end with code 0 because a tool was not allowed',
    read: () => fails({ kind: 'permission-denied' }),
  },
  'wrong-agent': {
    help: 'end with code 0 after work as another agent than asked for',
    read: () => fails({ kind: 'wrong-agent' }),
  },
  'no-result': { help: 'end with code 0 without a word', read: () => fails({ kind: 'no-result' }) },
  error: {
    value: 'TEXT',
    help: 'fail with an error of the model',
    read: (text) => fails({ kind: 'error', text }),
  },
  exit: {
    value: 'CODE',
    help: 'end with CODE',
    read: (value) =>
      /^\d{1,3}$/.test(value) && Number(value) <= 255
        ? step({ does: 'exit', code: Number(value) })
        : undefined,
  },
  die: { value: 'SIGNAL', help: 'end by TERM, KILL or SEGV', read: die },
  as: {
    value: 'CLI',
    help: 'print what opencode or generic would (default: opencode with --format json, else generic)',
    read: (as) => (as === 'opencode' || as === 'generic' ? { setting: { as } } : undefined),
  },
  usage: {
    value: 'FIGURES',
    help: 'report these: in=1200,out=80,cache-read=0,cache-write=0,cost=0.01',
    read: usage,
  },
  'session-id': {
    value: 'ID',
    help: 'report this as the session id of the CLI',
    read: (session) => ({ setting: { session } }),
  },
}

function withDuration(text: string, mean: (ms: number) => Meaning): Meaning | undefined {
  const ms = parseDuration(text)
  return ms === undefined ? undefined : mean(ms)
}

function withSize(text: string, mean: (bytes: number) => Meaning): Meaning | undefined {
  const bytes = parseSize(text)
  return bytes === undefined ? undefined : mean(bytes)
}

function withCount(text: string, mean: (count: number) => Meaning): Meaning | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? mean(Number(text)) : undefined
}

function splitOnce(value: string): [string, string | undefined] {
  const colon = value.indexOf(':')
  return colon < 0 ? [value.trim(), undefined] : [value.slice(0, colon).trim(), value.slice(colon + 1).trim()]
}

function handoff(value: string, onlyAfterTask: boolean): Meaning | undefined {
  const [to, text] = splitOnce(value)
  // The name becomes a part of a folder's name.
  if (!/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/.test(to)) return undefined
  return step({ does: 'handoff', to, text: text ?? 'Please have a look.', onlyAfterTask })
}

function fork(value: string): Meaning | undefined {
  const kinds = value.split(',').flatMap((kind) => kind.trim() || [])
  const known = ['session', 'double', 'stdout', 'scrubbed', 'deaf']
  const times = kinds.filter((kind) => !known.includes(kind)).map(parseDuration)
  const [ms = 60_000, ...more] = times
  if (times.includes(undefined) || more.length > 0) return undefined
  const is = (kind: string) => kinds.includes(kind)
  return step({
    does: 'fork',
    child: {
      ms,
      session: is('session'),
      double: is('double'),
      stdout: is('stdout'),
      scrubbed: is('scrubbed'),
      deaf: is('deaf'),
    },
  })
}

function die(value: string): Meaning | undefined {
  const signal = `SIG${value.toUpperCase().replace(/^SIG/, '')}`
  if (signal !== 'SIGTERM' && signal !== 'SIGKILL' && signal !== 'SIGSEGV') return undefined
  return step({ does: 'die', signal })
}

function usage(value: string): Meaning | undefined {
  const figures: Record<string, number> = {}
  const keys: Readonly<Record<string, keyof UsageFigures>> = {
    in: 'input',
    out: 'output',
    'cache-read': 'cacheRead',
    'cache-write': 'cacheWrite',
    cost: 'costUsd',
  }
  for (const pair of value.split(',')) {
    const match = /^\s*([a-z-]+)=(\d+(?:\.\d+)?)\s*$/.exec(pair)
    const key = keys[match?.[1] ?? '']
    if (key === undefined || (key !== 'costUsd' && match?.[2]?.includes('.'))) return undefined
    figures[key] = Number(match?.[2])
  }
  return { setting: { usage: figures } }
}
