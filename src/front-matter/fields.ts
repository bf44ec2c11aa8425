// Owns how the keys of a front matter are read: each by its type, every mistake reported with the key.
import type { KeyPath, Report } from '../config/report.ts'
import { plainLines } from '../base/plain.ts'

/** A map of the front matter, where it stands, and where its mistakes go. */
export interface Fields {
  readonly values: ReadonlyMap<unknown, unknown>
  readonly at: KeyPath
  readonly report: Report
}

/** The map at a key; an empty one when it is not written or is none, which is then reported. */
export function fieldsOf(fields: Fields, key: string): Fields {
  const value = written(fields, key)
  const at = [...fields.at, key]
  if (value instanceof Map) return { ...fields, values: value, at }
  if (value !== undefined) fields.report.problem(at, 'must hold keys of its own.', 'Indent them below it.')
  return { ...fields, values: new Map(), at }
}

/** Text, trimmed. */
export function textOf(fields: Fields, key: string): string | undefined {
  const value = written(fields, key)
  if (value === undefined) return undefined
  if (typeof value === 'string') return value.trim()
  const fix = isPlainValue(value) ? `Put it in quotes: ${key}: "${String(value)}".` : 'Write one value.'
  return refuse(fields, key, 'must be text.', fix)
}

const words: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  // YAML 1.1, by which such files were read before, takes these words too.
  ['yes', true],
  ['on', true],
  ['no', false],
  ['off', false],
])

/** True or false. */
export function flagOf(fields: Fields, key: string): boolean | undefined {
  const value = written(fields, key)
  if (value === undefined) return undefined
  const flag = words.get(typeof value === 'string' ? value.toLowerCase() : value)
  return flag ?? refuse(fields, key, 'must be true or false.', `Write ${key}: true or ${key}: false.`)
}

/** A list of texts; those that are none are reported, each with its place. */
export function textsOf(fields: Fields, key: string): string[] | undefined {
  const value = written(fields, key)
  if (value === undefined) return undefined
  return textList(value, [...fields.at, key], fields.report)
}

/** The texts of a value that must be a list of them. */
export function textList(value: unknown, at: KeyPath, report: Report): string[] {
  if (!Array.isArray(value)) {
    report.problem(at, 'must be a list.', 'Write it like [one, two].')
    return []
  }
  return value.flatMap((item: unknown, index) => {
    if (typeof item === 'string' && isLine(item.trim())) return [item.trim()]
    const fix = isPlainValue(item) ? `Put it in quotes: "${String(item)}".` : 'Write words alone.'
    report.problem([...at, index], 'must be text of one line.', fix)
    return []
  })
}

/** Whether it is one line that can be shown and be part of a command line. */
export function isLine(text: string): boolean {
  return text !== '' && text === plainLines(text) && !/[^\S ]/u.test(text)
}

/** What is written at a key; nothing behind the colon counts as not written. */
export function written({ values }: Fields, key: string): unknown {
  return values.get(key) ?? undefined
}

/** Reports the value of a key. */
export function refuse(fields: Fields, key: string, reason: string, fix: string): undefined {
  fields.report.problem([...fields.at, key], reason, fix)
  return undefined
}

function isPlainValue(value: unknown): value is number | boolean | bigint {
  return ['number', 'boolean', 'bigint'].includes(typeof value)
}
