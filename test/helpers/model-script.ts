/**
 * What the scripted model says, written into the prompt itself: `[[bash date > now]] [[text done]]`.
 *
 * Answers, one model turn each, taken in order:
 *   [[text WORDS]]         final words
 *   [[bash COMMAND]]       a call of the client's shell tool
 *   [[tool NAME {json}]]   a call of the tool with that name
 *   [[hang]]               begins to answer, then silence until the client goes away
 * Modifiers of the answer that follows them:
 *   [[status CODE retry-after=S times=N type=T]]   an HTTP error, the first N times (always, when N is not
 *                                           given); of `retry-after=0,0,30` the first refusal says 0, the third and
 *                                           later ones 30; T is what the dialect calls it
 *   [[usage in=N out=N cached=N reasoning=N]]   the token figures reported; the last two are part of the first two
 * The turn is the number of assistant messages after the newest prompt, so that the server keeps no conversation.
 * What the client's tools returned continues the script: `[[bash cat TASK]]` does what stands in the task, as a real
 * model would that read it.
 */

export interface ScriptedStatus {
  readonly code: number
  /** Of the first refusal, the second and so on; the last one is said from then on. Empty: none is said. */
  readonly retryAfter: readonly string[]
  readonly times: number
  /** What the dialect calls it, where the status alone does not say enough. */
  readonly type: string | undefined
}

export interface ScriptedUsage {
  readonly input: number
  readonly output: number
  readonly cached: number
  readonly reasoning: number
}

export type ScriptedAnswer = {
  readonly status: ScriptedStatus | undefined
  readonly usage: ScriptedUsage
} & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bash'; readonly command: string }
  | { readonly kind: 'tool'; readonly name: string; readonly input: string }
  | { readonly kind: 'hang' }
)

// Said when the script is spent, and to requests that offer no tools, such as those for a title.
const DEFAULT_TEXT = 'ok from the scripted model'

const markerPattern = /\[\[(text|bash|tool|hang|status|usage)\b\s*([\s\S]*?)\]\]/g

/** The answer for turn `turn` of the script in `text`. */
export function answerFor(text: string, turn: number): ScriptedAnswer {
  return parseScript(text)[turn] ?? plainAnswer()
}

/** The script in `text` alone: the same one in two prompts is the same. */
export function scriptIn(text: string): string {
  return [...text.matchAll(markerPattern)].map(([marker]) => marker).join(' ')
}

/** The answer that no script asked for. */
export function plainAnswer(): ScriptedAnswer {
  return { kind: 'text', text: DEFAULT_TEXT, status: undefined, usage: readUsage('') }
}

function parseScript(text: string): ScriptedAnswer[] {
  const answers: ScriptedAnswer[] = []
  let status: ScriptedStatus | undefined
  let usage = readUsage('')
  for (const [, kind = '', argument = ''] of text.matchAll(markerPattern)) {
    if (kind === 'status') status = readStatus(argument)
    else if (kind === 'usage') usage = readUsage(argument)
    else {
      answers.push({ ...readAnswer(kind, argument), status, usage })
      status = undefined
      usage = readUsage('')
    }
  }
  return status === undefined ? answers : [...answers, { ...plainAnswer(), status, usage }]
}

function readAnswer(kind: string, argument: string) {
  switch (kind) {
    case 'bash':
      return { kind: 'bash', command: argument } as const
    case 'tool': {
      const [name = '', ...input] = argument.split(' ')
      return { kind: 'tool', name, input: input.join(' ') || '{}' } as const
    }
    case 'hang':
      return { kind: 'hang' } as const
    default:
      return { kind: 'text', text: argument } as const
  }
}

function readStatus(argument: string): ScriptedStatus {
  const named = readPairs(argument)
  return {
    code: Number.parseInt(argument, 10),
    retryAfter: named.get('retry-after')?.split(',') ?? [],
    times: Number(named.get('times') ?? Infinity),
    type: named.get('type'),
  }
}

function readUsage(argument: string): ScriptedUsage {
  const named = readPairs(argument)
  return {
    input: Number(named.get('in') ?? 1000),
    output: Number(named.get('out') ?? 50),
    cached: Number(named.get('cached') ?? 0),
    reasoning: Number(named.get('reasoning') ?? 0),
  }
}

function readPairs(argument: string): Map<string, string> {
  return new Map([...argument.matchAll(/([\w-]+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]))
}
