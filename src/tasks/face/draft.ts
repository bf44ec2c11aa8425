/** Reads what the front matter of a task file says of its task: each field by its type, every mistake with its key. */
import { parseDuration } from '../../base/duration.ts'
import { parseTime } from '../../base/time.ts'
import { flagOf, refuse, textList, textOf, written, type Fields } from '../../front-matter/fields.ts'
import { TaskId } from '../task.ts'

/** What a file says of a task beside its title and body; undefined: nothing, and the board's own value counts. */
export interface Draft {
  readonly priority: number | undefined
  readonly labels: readonly string[]
  readonly role: string | undefined
  readonly dependsOn: readonly TaskId[]
  /** The deadline is undefined where the file says none. */
  readonly verification:
    | { readonly commands: readonly string[]; readonly deadlineMs: number | undefined }
    | undefined
  readonly review: boolean
  readonly attemptsMax: number | undefined
  /** Epoch ms. */
  readonly notBefore: number | undefined
}

/** The fields that a person may write. */
export const draftKeys = [
  'priority',
  'labels',
  'role',
  'depends_on',
  'verify',
  'verify_deadline',
  'review',
  'attempts_max',
  'not_before',
] as const

// Far more than a task needs. Together they fit into the longest front matter.
const LABELS = { itemsMax: 32, lettersMax: 64 }
const DEPENDENCIES = { itemsMax: 200, lettersMax: 10 }
const COMMANDS = { itemsMax: 16, lettersMax: 500 }
const ROLE_LETTERS_MAX = 200
const PRIORITY = { min: -1_000, max: 1_000 }
const ATTEMPTS = { min: 1, max: 100 }
const DEADLINE_MS = { min: 1_000, max: 86_400_000 }

/** Everything that the fields say; mistakes are in their report. */
export function readDraft(fields: Fields): Draft {
  return {
    priority: countOf(fields, 'priority', PRIORITY),
    labels: listOf(fields, 'labels', LABELS),
    role: roleOf(fields),
    dependsOn: dependenciesOf(fields),
    verification: verificationOf(fields),
    review: flagOf(fields, 'review') ?? false,
    attemptsMax: countOf(fields, 'attempts_max', ATTEMPTS),
    notBefore: notBeforeOf(fields),
  }
}

interface Range {
  readonly min: number
  readonly max: number
}

function countOf(fields: Fields, key: string, { min, max }: Range): number | undefined {
  const value = written(fields, key)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  return refuse(
    fields,
    key,
    `must be a whole number from ${min} to ${max}.`,
    `Write a number such as ${key}: 5.`,
  )
}

interface ListLimits {
  readonly itemsMax: number
  readonly lettersMax: number
}

function listOf(fields: Fields, key: string, { itemsMax, lettersMax }: ListLimits): string[] {
  const value = written(fields, key)
  if (value === undefined) return []
  const at = [...fields.at, key]
  const items = [...new Set(textList(typeof value === 'string' ? [value] : value, at, fields.report))]
  if (items.length > itemsMax)
    refuse(fields, key, `has more than ${itemsMax} entries.`, 'Leave out what is not needed.')
  if (items.some((item) => item.length > lettersMax))
    refuse(fields, key, `has an entry of more than ${lettersMax} characters.`, 'Shorten it.')
  return items.slice(0, itemsMax)
}

function roleOf(fields: Fields): string | undefined {
  const role = textOf(fields, 'role')
  if (role !== undefined && role.length > ROLE_LETTERS_MAX)
    return refuse(fields, 'role', 'is no id of a role.', 'marrow role list shows the roles.')
  return role === '' ? undefined : role
}

function dependenciesOf(fields: Fields): TaskId[] {
  return listOf(fields, 'depends_on', DEPENDENCIES).flatMap((text) => {
    const id = TaskId.safeParse(text)
    if (id.success) return [id.data]
    refuse(
      fields,
      'depends_on',
      'must hold ids of tasks.',
      'Write ids like t-abcdefgh; they stand in the task files.',
    )
    return []
  })
}

function verificationOf(fields: Fields): Draft['verification'] {
  const commands = listOf(fields, 'verify', COMMANDS)
  const deadline = textOf(fields, 'verify_deadline')
  const deadlineMs = deadline === undefined ? undefined : parseDuration(deadline)
  const isInRange = deadlineMs !== undefined && deadlineMs >= DEADLINE_MS.min && deadlineMs <= DEADLINE_MS.max
  if (deadline !== undefined && !isInRange)
    refuse(
      fields,
      'verify_deadline',
      'must be a duration from 1s to 24h.',
      'Write it like 90s, 10m or 1h30m.',
    )
  if (deadline !== undefined && written(fields, 'verify') === undefined)
    refuse(fields, 'verify_deadline', 'stands without verify.', 'Write the commands as verify: [npm test].')
  return commands.length === 0 ? undefined : { commands, deadlineMs }
}

function notBeforeOf(fields: Fields): number | undefined {
  const text = textOf(fields, 'not_before')
  if (text === undefined) return undefined
  const at = parseTime(text, undefined)
  return (
    at ??
    refuse(fields, 'not_before', 'is no time.', 'Write it like 2030-01-31T08:00:00Z or 2030-01-31 08:00.')
  )
}
