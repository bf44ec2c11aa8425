/** Owns how a change of the operator's roles is shown before it is made: what comes, what goes, and every line that differs. */
import { createTwoFilesPatch } from 'diff'
import { plain, visible } from '../../base/plain.ts'
import type { Proposal } from '../../daemon/local/roles-install.ts'
import type { RoleChangesOutput } from '../../ipc/role-output.ts'
import type { Change, KeptWhy } from '../../roles/changes.ts'
import { capabilityWords } from '../../roles/capability-words.ts'
import { roleIdOf } from '../../roles/offer.ts'
import type { Screen, Style } from './screen.ts'

/** Whether anything would be written but the record of it. */
export function isChanging({ changes }: Pick<Proposal, 'changes'>): boolean {
  return changes.some(({ kind }) => kind !== 'same' && kind !== 'keep')
}

/** A line for each file that does not stay as it is, with the lines that differ where it is there already. */
export function proposalLines(proposal: Proposal, screen: Screen): string[] {
  const lines = proposal.changes.flatMap((change) => changeLines(change, proposal, screen))
  const agents = proposal.agents.map(({ agent, before, after }) =>
    line(screen, 'yellow', '!', plain(`the agent ${agent} would be ${after} instead of ${before}`)),
  )
  return [
    ...headline(proposal, screen),
    ...(lines.length === 0 ? ['  nothing is different'] : lines),
    ...agents,
  ]
}

/** The same for programs. */
export function changesView(proposal: Proposal): RoleChangesOutput['sources'][number] {
  const { source, ref, commit, commitBefore, replaced } = proposal
  return {
    source,
    ref,
    commit,
    commit_before: commitBefore,
    agents: proposal.agents.map(({ agent, before, after = '' }) => ({ agent, before, after })),
    changes: proposal.changes.flatMap((change) => {
      if (change.kind === 'same') return []
      const { kind, path } = change
      const id = roleIdOf(path)
      return [
        {
          path,
          change: changeNames[kind],
          why: kind === 'keep' ? change.why : null,
          in_place_of_core: replaced.includes(id),
          diff: kind === 'change' ? patchOf(change) : null,
        },
      ]
    }),
  }
}

const changeNames = { add: 'added', change: 'changed', remove: 'removed', keep: 'kept' } as const

function headline({ source, ref, commit, commitBefore }: Proposal, { paint }: Screen): string[] {
  if (source === null) return []
  const at = commit === null ? '' : ` at ${commit.slice(0, 12)}`
  const was = commitBefore === null || commitBefore === commit ? '' : ` (was ${commitBefore.slice(0, 12)})`
  return [`${paint('bold', plain(source))}${ref === null ? '' : `, ${plain(ref)}`}${at}${was}`]
}

function changeLines(change: Change, proposal: Proposal, screen: Screen): string[] {
  const id = plain(roleIdOf(change.path))
  const place = proposal.replaced.includes(roleIdOf(change.path)) ? ", in place of the core's" : ''
  switch (change.kind) {
    case 'same':
      return []
    case 'add':
      return [line(screen, 'green', '+', `${id}: new${place}${rightsOf(change.path, proposal)}`)]
    case 'remove':
      return [line(screen, 'red', '-', `${id}: removed`)]
    case 'keep':
      return [line(screen, 'yellow', '!', `${id}: ${keptWords[change.why]}`)]
    case 'change': {
      const head = line(screen, 'cyan', '~', `${id}: changed${place}${rightsOf(change.path, proposal)}`)
      return [head, ...diffLines(change, screen)]
    }
  }
}

const keptWords: Readonly<Record<KeptWhy, string>> = {
  edited: 'stays, for you edited it; to take what the source has: --theirs',
  deleted: 'stays away, for you deleted it; to have it again: --theirs',
  foreign: 'stays, for it did not come from this source; to take what the source has: --theirs',
}

function line({ paint }: Screen, style: Style, sign: string, text: string): string {
  return `  ${paint(style, sign)} ${text}`
}

/** What a role may do, as far as the file says it: that is what one says yes to. */
function rightsOf(path: string, { roles }: Proposal): string {
  const role = roles.get(roleIdOf(path))
  if (role === undefined) return ''
  const level = role.level === undefined ? '' : `L${role.level}; `
  return ` (${plain(level + capabilityWords(role.capabilities).join(', '))})`
}

/** Without the lines that name the files, which stand above. */
function diffLines(change: Extract<Change, { kind: 'change' }>, { paint }: Screen): string[] {
  return patchOf(change)
    .trimEnd()
    .split('\n')
    .slice(4)
    .map((text) => {
      if (text.startsWith('+')) return `    ${paint('green', text)}`
      return `    ${text.startsWith('-') ? paint('red', text) : text}`
    })
}

/** What a terminal would obey instead of showing is written out: it may be all that differs. */
function patchOf({ path, before, text }: Extract<Change, { kind: 'change' }>): string {
  return createTwoFilesPatch(path, path, visible(before), visible(text), 'here', 'source')
}
