/** Owns the words with which a delegation is refused: one sentence each, that says what to do instead. */
import { formatDuration } from '../base/duration.ts'
import { counted } from '../base/numbers.ts'
import { plainStart } from '../base/plain.ts'

/** So many roles are named in a sentence. */
export const NAMED_MAX = 8

const ASKED_CHARACTERS_MAX = 60 // What was asked for is an agent's text.

const ownWork = 'do the work yourself, or say in your result what is left'

/** By what refused it. `choices`: whom the run may call, one more than can be named where there are more. */
export const reasons = {
  noRole: () => `This run has no role, so it cannot delegate: ${ownWork}.`,
  roleGone: ({ role, ancestors }: { role: string | undefined; ancestors: readonly string[] }) =>
    `A role of this lineage (${[...ancestors, role].join(' > ')}) is gone or has a mistake, so nobody knows what it allows: ${ownWork}.`,
  leaf: (own: string) => `${own} is a leaf and hands nothing on: ${ownWork}.`,
  depth: (depth: number, most: number) =>
    `This run is ${counted(depth, 'hop')} below the start of its lineage and at most ${most} are allowed: ${ownWork}.`,
  depthBound: ({ id, hops }: { id: string; hops: number }, own: string) =>
    `${id} allows ${counted(hops, 'hop')} below it (max_delegate_depth)${id === own ? '' : ' and this run is the last of them'}: ${ownWork}.`,
  unknown: (asked: string, choices: readonly string[]) =>
    `There is no role ${quoted(asked)}: ${instead(choices)}.`,
  broken: (asked: string, choices: readonly string[]) =>
    `The file of ${quoted(asked)} has a mistake, which marrow role check tells, and until then there is no such role: ${instead(choices)}.`,
  ambiguous: (asked: string, ids: readonly string[]) =>
    `More than one role is called ${quoted(asked)}: write ${oneOf(ids)}.`,
  cycle: (callee: string, own: string, choices: readonly string[]) =>
    `${callee === own ? `This run is ${callee} itself` : `${callee} is already at work above this run`}: ${instead(choices)}.`,
  upward: (callee: string, _own: string, choices: readonly string[]) =>
    `${callee} stands above this run: say in your result what it should do, or ${instead(choices)}.`,
  sideways: (callee: string, _own: string, choices: readonly string[]) =>
    `${callee} stands on the level of this run or of one above it: say in your result what it should do, or ${instead(choices)}.`,
  'not-callable': (callee: string, _own: string, choices: readonly string[]) =>
    `${callee} takes no work from others (callable: false): ${instead(choices)}.`,
  edge: (callee: string, own: string, choices: readonly string[]) =>
    `${own} may not delegate to ${callee}: ${instead(choices)}.`,
  time: (leftMs: number, leastMs: number) =>
    `This run has ${formatDuration(leftMs)} left and a child needs ${formatDuration(leastMs)}: finish what you can, and say in your result what is left.`,
  noTime: () => 'A child needs a deadline above 0: ask again with one, such as 20m.',
  limit: (limit: string) => `Nothing more is started now: ${limit}; ${ownWork}.`,
  fanOutOfRun: (count: number, most: number) =>
    most > 0
      ? `This run has ${count} of ${most} children at work: wait for one of them (marrow delegate wait RUN), then ask again.`
      : `No run may have children at work now: ${ownWork}.`,
  fanOutOfAgent: (count: number, most: number) =>
    `The runs of this agent have ${count} of ${most} children at work: ask again when one has ended, or ${ownWork}.`,
  fanOutOfAll: (count: number, most: number) =>
    `All agents together have ${count} of ${most} children at work: ask again when one has ended, or ${ownWork}.`,
} as const

function instead(choices: readonly string[]): string {
  return choices.length === 0
    ? 'there is nobody that this run may call, so do the work yourself'
    : `call ${oneOf(choices)}`
}

function oneOf(ids: readonly string[]): string {
  const [only] = ids
  if (only !== undefined && ids.length === 1) return only
  return `one of ${ids.slice(0, NAMED_MAX).join(', ')}${ids.length > NAMED_MAX ? ' and others' : ''}`
}

/** Cut twice: going through a text of any length for its letters takes long. */
function quoted(asked: string): string {
  return `"${plainStart(asked.slice(0, 8 * ASKED_CHARACTERS_MAX), ASKED_CHARACTERS_MAX)}"`
}
