/** Owns how questions are answered: by flags, by what is usual, or by a person on the terminal. */
import { isCancel, log, select, text } from '@clack/prompts'
import { MarrowError } from '../base/errors.ts'
import { plain } from '../base/plain.ts'
import type { Ask } from '../scaffold/init/converse.ts'
import type { Checked, Question, QuestionId } from '../scaffold/init/question.ts'

/** Answers by flag. */
export type Given = Readonly<Partial<Record<QuestionId, string>>>

/** A person left in the middle: nothing was written yet. */
export class Left extends Error {}

/** Flags first; then whoever sits at the terminal. Throws USAGE for a flag that is wrong, and Left at Ctrl-C. */
export function askPerson(given: Given): Ask {
  return async <Value>(question: Question<Value>): Promise<Value> => {
    const written = given[question.id]
    if (written !== undefined) return valueOf(question, written, await question.check(written))
    for (const line of question.found) log.message(plain(line), { spacing: 0 })
    return question.choices === undefined ? askText(question, question.usual) : askChoice(question)
  }
}

/**
 * Flags first, then what is usual. Mistakes are gathered in `mistakes`, so that all of them are told at once; a question
 * whose answer is wrong goes on with what is usual. Throws USAGE where a question has no usual answer.
 */
export function askNobody(given: Given, mistakes: string[]): Ask {
  return async <Value>(question: Question<Value>): Promise<Value> => {
    const { id, usual } = question
    const written = given[id]
    if (written !== undefined) {
      const checked = await question.check(written)
      if (checked.ok) return checked.value
      mistakes.push(
        `--${id} ${JSON.stringify(plain(written))}: ${plain(checked.reason)}. Fix: ${plain(checked.fix)}`,
      )
    }
    const checked = usual === undefined ? undefined : await question.check(usual)
    if (checked?.ok) return checked.value
    if (written === undefined) {
      const why = checked === undefined ? 'nothing is usual here' : checked.reason
      mistakes.push(`--${id} is needed: ${plain(why)}.`)
    }
    throw manyMistakes(mistakes)
  }
}

/** The error of answers that were given by flags. */
export function manyMistakes(mistakes: readonly string[]): MarrowError {
  return new MarrowError('USAGE', ['Cannot set up:', ...mistakes].join('\n'), {
    fix: 'Correct these flags; marrow help init explains each. Nothing was written.',
  })
}

function valueOf<Value>({ id }: Question<Value>, written: string, checked: Checked<Value>): Value {
  if (checked.ok) return checked.value
  throw manyMistakes([
    `--${id} ${JSON.stringify(plain(written))}: ${plain(checked.reason)}. Fix: ${plain(checked.fix)}`,
  ])
}

async function askChoice<Value>(question: Question<Value>): Promise<Value> {
  const { ask, choices = [], usual } = question
  for (;;) {
    const chosen = await select({
      message: ask,
      options: choices.map(({ answer, label }) => ({ value: answer ?? '', label: plain(label) })),
      initialValue: usual ?? '',
    })
    if (isCancel(chosen)) throw new Left()
    if (chosen === '') return askText(question, undefined)
    const checked = await question.check(chosen)
    if (checked.ok) return checked.value
    log.error(`${plain(checked.reason)}. ${plain(checked.fix)}`)
  }
}

async function askText<Value>(question: Question<Value>, usual: string | undefined): Promise<Value> {
  let checked: Checked<Value> | undefined
  const answer = await text({
    message: question.ask,
    ...(usual === undefined ? {} : { placeholder: usual, defaultValue: usual }),
    validate: async (written) => {
      checked = await question.check(written === undefined || written === '' ? (usual ?? '') : written)
      return checked.ok ? undefined : `${plain(checked.reason)}. ${plain(checked.fix)}`
    },
  })
  if (isCancel(answer)) throw new Left()
  if (checked?.ok) return checked.value
  throw new MarrowError('INTERNAL', `An answer to --${question.id} was taken unchecked.`)
}
