/** Owns what one question of `marrow init` is: it can be asked on a terminal, answered by a flag, or left at its default. */

/** The eight questions, by the flags that answer them. */
export type QuestionId = 'cli' | 'work-dir' | 'commands' | 'push' | 'every' | 'limit' | 'notify' | 'tick'

/** One question. An answer is a text, wherever it comes from; `check` makes a value of it. */
export interface Question<Value> {
  readonly id: QuestionId
  /** As it is asked. */
  readonly ask: string
  /** What was found out for it, a line each. */
  readonly found: readonly string[]
  /** Undefined: any text. */
  readonly choices: readonly Choice[] | undefined
  /** The answer that is offered, which holds when nobody is asked; undefined: there is none. */
  readonly usual: string | undefined
  readonly check: (answer: string) => Promise<Checked<Value>>
}

/** One of the answers that are offered. */
export interface Choice {
  /** Undefined: the text is asked for next. */
  readonly answer: string | undefined
  readonly label: string
}

/** What an answer means, or why it cannot be one: a reason without full stop, and what to answer instead. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string; readonly fix: string }

/** An answer that is right. */
export function right<Value>(value: Value): Checked<Value> {
  return { ok: true, value }
}

/** An answer that is not. */
export function wrong(reason: string, fix: string): Checked<never> {
  return { ok: false, reason, fix }
}

/** The two answers of a question that is decided by yes or no. */
export const yesOrNo: readonly Choice[] = [
  { answer: 'yes', label: 'yes' },
  { answer: 'no', label: 'no' },
]

/** Reads `yes` and `no`, also by their first letter. */
export function checkYesOrNo(answer: string): Checked<boolean> {
  const word = answer.trim().toLowerCase()
  if (word === 'yes' || word === 'y') return right(true)
  if (word === 'no' || word === 'n') return right(false)
  return wrong(`"${answer}" is neither yes nor no`, 'Answer yes or no.')
}
