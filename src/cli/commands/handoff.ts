import { readFileSync } from 'node:fs'
import { MarrowError, reasonOf } from '../../base/errors.ts'
import { plain } from '../../base/plain.ts'
import type { RequestOf, ResultOf } from '../../ipc/protocol/table.ts'
import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson, screenFor } from '../output.ts'
import { patiently } from '../patience.ts'
import { handoffDetailLines, handoffLines } from '../render/handoffs.ts'
import { askAsRun, isInRun, openRunDoor } from '../run-door.ts'

/** Flags of `marrow handoff send`. */
export interface SendOptions extends CommonOptions {
  readonly to: string
  readonly title?: string
  readonly text?: string
  /** A path; `-` is stdin. */
  readonly file?: string
  readonly later?: boolean
  readonly json?: boolean
}

/** `marrow handoff send`: in the name of the run that it is called from, else of the operator. */
export async function sendHandoff(options: SendOptions): Promise<number> {
  const { to, title, later } = options
  const text = textOf(options)
  const params = { to, text, ...(title === undefined ? {} : { title }), wake: later !== true }
  const send = () => asking(options, 'sendHandoff', params)
  // Sent again it is the same one, so a daemon that restarts under a run loses and doubles nothing.
  const sent = await (isAsRun(options) ? patiently(send) : send())
  if (options.json) printJson(sent)
  else print(`✓ handed to ${plain(sent.to)}: ${plain(sent.file)}`, `  ${plain(sent.next)}`)
  return 0
}

/** Flags of `marrow handoff list`. */
export interface ListOptions extends CommonOptions {
  readonly json?: boolean
}

/** `marrow handoff list`: what waits, and what was given last. */
export async function listHandoffs(options: ListOptions): Promise<number> {
  const answer = await asking(options, 'handoffs', {})
  if (options.json) printJson(answer)
  else print(...handoffLines(answer, await screenFor(answer)))
  return 0
}

/** Flags of `marrow handoff show`. */
export interface ShowOptions extends CommonOptions {
  readonly file: string
  readonly json?: boolean
}

/** `marrow handoff show`: who sent one, and what it says. */
export async function showHandoff(options: ShowOptions): Promise<number> {
  const answer = await asking(options, 'showHandoff', { file: options.file })
  if (options.json) printJson(answer)
  else print(...handoffDetailLines(answer, await screenFor(answer)))
  return 0
}

type Verb = 'sendHandoff' | 'handoffs' | 'showHandoff'

const ANSWER_MS_MAX = 10_000

/** A run asks at its own door, where it needs no configuration; with one that it names it is whoever may open the other. */
async function asking<V extends Verb>(
  options: CommonOptions,
  verb: V,
  params: RequestOf<V>,
): Promise<ResultOf<V>> {
  if (!isAsRun(options)) return await connect(options).ask(verb, params)
  return await askAsRun(openRunDoor(`do ${verb}`), verb, params, { timeoutMs: ANSWER_MS_MAX })
}

/** Also one that was given no token: it must not pass for the operator. */
function isAsRun({ config }: CommonOptions): boolean {
  return config === undefined && (isInRun() || Boolean(process.env['MARROW_RUN']))
}

function textOf({ text, file }: SendOptions): string {
  const given = [text, file].filter((one) => one !== undefined)
  if (given.length !== 1) {
    const reason = given.length === 0 ? 'there is no text' : '--text and --file exclude each other'
    throw new MarrowError('USAGE', `Cannot send the handoff: ${reason}.`, {
      fix: 'Say it with --text TEXT, or with --file PATH for a longer one.',
    })
  }
  const whole = text ?? readText(file ?? '')
  if (whole.trim() !== '') return whole
  throw new MarrowError('USAGE', 'Cannot send the handoff: it is empty.', {
    fix: 'Say what is wanted, why, where the material lies, and how one sees that it is done.',
  })
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new MarrowError('USAGE', `Cannot read the handoff from ${plain(path)}: ${reasonOf(cause)}.`, {
      fix: 'Name a text file that you may read, or - for stdin.',
      cause,
    })
  }
}
