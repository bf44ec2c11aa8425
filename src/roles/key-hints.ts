// Owns the keys that a role file may have, and what a slip of the hand was meant to be.
import { nearest } from '../base/nearest.ts'
import type { Fields } from '../front-matter/fields.ts'
import { hierarchyKeys } from './hierarchy-fields.ts'

const topKeys = [
  'name',
  'description',
  'role',
  'model',
  'skills',
  'capabilities',
  'prompt_file',
  'base',
  'hierarchy',
  ...hierarchyKeys,
]

/** Unknown keys are allowed, for other programs have keys of their own; one that nearly is ours is a slip. */
export function hintAtKeys(top: Fields): void {
  hintAtSlips(top, topKeys)
  for (const [key, known] of [
    ['hierarchy', hierarchyKeys],
    ['model', ['tier', 'temperature']],
  ] as const) {
    const values: unknown = top.values.get(key)
    if (values instanceof Map) hintAtSlips({ ...top, values, at: [key] }, known)
  }
}

function hintAtSlips({ values, at, report }: Fields, known: readonly string[]): void {
  for (const key of values.keys()) {
    if (typeof key !== 'string' || known.includes(key)) continue
    const meant = nearest(key, known)
    if (meant !== undefined) report.warning([...at, key], 'is no key of a role.', `Did you mean ${meant}?`)
  }
}
