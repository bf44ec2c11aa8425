/** Owns how the daily limit of `marrow init` is written and read: `$5`, `2M tokens`, `200 runs`, `none`. */
import { right, wrong, type Checked } from './question.ts'

/** One limit a day. */
export type DailyLimit =
  | { readonly key: 'usd_per_day' | 'tokens_per_day' | 'runs_per_day'; readonly value: number }
  | undefined

const FIX = 'Write it like $5, 2M tokens, 200 runs, or none.'

const scale: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 }

/** `costIsKnown`: the agent CLI tells what a run cost; where it does not, a limit in dollars would hold nothing. */
export function checkLimit(answer: string, costIsKnown: boolean): Checked<DailyLimit> {
  const text = answer.trim().toLowerCase()
  if (text === 'none') return right(undefined)
  const dollars = /^(?:\$\s*(\d+(?:\.\d{1,2})?)|(\d+(?:\.\d{1,2})?)\s*(?:\$|usd|dollars?))$/.exec(text)
  if (dollars !== null) {
    const value = Number(dollars[1] ?? dollars[2])
    if (value === 0) return wrong('a limit of $0 would start nothing', FIX)
    if (costIsKnown) return right({ key: 'usd_per_day', value })
    return wrong(
      'this agent CLI does not tell what a run costs, so a limit in dollars would hold nothing',
      'Write tokens or runs: 2M tokens, 200 runs.',
    )
  }
  const [, count = '', unit = '', what] = /^(\d+(?:\.\d+)?)\s*([km]?)\s*(tokens?|runs?)$/.exec(text) ?? []
  if (what === undefined) return wrong(`"${answer}" is no limit`, FIX)
  const value = Math.round(Number(count) * (scale[unit] ?? 1))
  if (value === 0) return wrong('a limit of 0 would start nothing', FIX)
  return right({ key: what.startsWith('run') ? 'runs_per_day' : 'tokens_per_day', value })
}
