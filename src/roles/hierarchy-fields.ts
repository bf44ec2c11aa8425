// Owns the keys of a role file that say where the role stands among the others.
import type { KeyPath } from '../config/report.ts'
import { fieldsOf, flagOf, refuse, textOf, textsOf, written, type Fields } from '../front-matter/fields.ts'
import type { Role } from './role.ts'
import { levelOfId } from './role-files.ts'

/** A role's place in the hierarchy, as its file says it. */
type Hierarchy = Pick<
  Role,
  'level' | 'leaf' | 'scheduled' | 'callable' | 'maxDelegateDepth' | 'allowedChildren'
>

/** The keys that may stand at the top or below `hierarchy`. */
export const hierarchyKeys = [
  'level',
  'class',
  'scheduled',
  'callable',
  'max_delegate_depth',
  'allowed_children',
]

/** Where a key stands that may be at the top or below `hierarchy`: the top wins. */
export function hierarchyField(
  top: Fields,
  key: string,
): { readonly fields: Fields; readonly path: KeyPath } {
  const below: unknown = top.values.get('hierarchy')
  const isBelow = written(top, key) === undefined && below instanceof Map
  const fields = isBelow ? { ...top, values: below, at: ['hierarchy'] } : top
  return { fields, path: [...fields.at, key] }
}

/** Reads them; a level that is not written is that of the folder. */
export function readHierarchy(id: string, top: Fields): Hierarchy {
  fieldsOf(top, 'hierarchy')
  const at = (key: string) => hierarchyField(top, key).fields
  return {
    level: readLevel(at('level')) ?? levelOfId(id),
    leaf: textOf(at('class'), 'class') === 'leaf',
    scheduled: flagOf(at('scheduled'), 'scheduled') ?? false,
    callable: flagOf(at('callable'), 'callable') ?? true,
    maxDelegateDepth: readDepth(at('max_delegate_depth')),
    allowedChildren: textsOf(at('allowed_children'), 'allowed_children') ?? [],
  }
}

function readLevel(fields: Fields): number | undefined {
  const value = written(fields, 'level')
  if (value === undefined) return undefined
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  const digit = /^[Ll]?([1-9])$/u.exec(text)?.[1]
  return digit === undefined
    ? refuse(fields, 'level', 'must be a level.', 'Write it like L2 or 2.')
    : Number(digit)
}

function readDepth(fields: Fields): number | undefined {
  const value = written(fields, 'max_delegate_depth')
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return refuse(fields, 'max_delegate_depth', 'must be a whole number from 0.', 'Write it like 1.')
}
