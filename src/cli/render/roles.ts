/** Owns how roles are shown on a terminal. */
import { formatProblem, type Problem } from '../../base/errors.ts'
import { counted } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import type { RoleListOutput, RoleShowOutput, RoleSummary } from '../../ipc/role-output.ts'
import type { Screen } from './screen.ts'
import { table, type Cell, type Column } from './table.ts'

const columns: readonly Column[] = [
  { title: 'ROLE', shrinkTo: 16 },
  { title: 'LEVEL' },
  { title: 'FROM' },
  { title: 'TIER', shrinkTo: 8 },
  { title: 'AGENTS', shrinkTo: 8 },
  { title: 'MAY CALL', shrinkTo: 12 },
]

/** All roles, then where those come from that were installed. */
export function roleListLines({ roles, mistakes, sources }: RoleListOutput, screen: Screen): string[] {
  const installed = sources.map(({ source, ref, commit, files }) => {
    const at = [ref, commit?.slice(0, 12)].filter((part) => part !== null && part !== undefined).join(' ')
    return `installed: ${plain(source)}${at === '' ? '' : `, ${plain(at)}`} (${counted(files, 'file')})`
  })
  const wrong =
    mistakes === 0 ? [] : [screen.paint('yellow', `! ${counted(mistakes, 'mistake')}: marrow role check`)]
  return [...table(columns, roles.map(row), screen), ...installed, ...wrong]
}

function row(role: RoleSummary): Cell[] {
  const { id, level, tier, agents, calls } = role
  return [
    { text: id, style: 'bold' },
    { text: level === null ? '-' : `L${level}` },
    { text: fromOf(role), style: role.from === 'workspace' ? 'yellow' : undefined },
    { text: tier },
    { text: agents.length === 0 ? '-' : agents.join(', ') },
    { text: calls.length === 0 ? '-' : calls.join(', ') },
  ]
}

function fromOf({ from, in_place_of_core }: RoleSummary): string {
  return in_place_of_core ? 'operator, in place of core' : from
}

/** Everything of one role; its text last. */
export function roleLines(role: RoleShowOutput, { paint }: Screen): string[] {
  const facts: [string, string | null][] = [
    ['from', `${fromOf(role)}${role.source === null ? '' : `, installed from ${role.source}`}`],
    ['file', role.path],
    ['variant of', role.base],
    ['level', role.level === null ? 'not said' : `L${role.level}`],
    ['used as', usesOf(role)],
    ['agents', listed(role.agents)],
    ['tier', role.tier],
    ['temperature', role.temperature === null ? null : String(role.temperature)],
    ['may do', listed(role.capabilities)],
    ['skills', listed(role.skills)],
    ['may call', listed(role.calls) ?? 'nobody'],
    ['children', listed(role.allowed_children)],
    ['hops below', role.max_delegate_depth === null ? null : `at most ${role.max_delegate_depth}`],
    ['called by', listed(role.called_by) ?? 'nobody'],
    ...role.targets.filter(({ enabled }) => enabled).map(targetFact),
  ]
  const shown = facts.flatMap(([name, text]) =>
    text === null ? [] : [`  ${name.padEnd(NAME_COLUMNS)} ${plain(text)}`],
  )
  const title = `${paint('bold', plain(role.id))}${role.description === '' ? '' : `: ${plain(role.description)}`}`
  return [title, ...shown, ...(role.prompt === '' ? [] : ['', plainLines(role.prompt)])]
}

const NAME_COLUMNS = 12

function targetFact({ target, model, tools, bash }: RoleShowOutput['targets'][number]): [string, string] {
  const shell = Array.isArray(bash) ? `; bash only ${bash.join(', ')}` : ''
  const can = tools.length === 0 ? 'no tools' : tools.join(' ')
  return [target, `${model ?? 'its own model'}; ${can}${shell}`]
}

function usesOf({ mode, scheduled, callable }: RoleShowOutput): string {
  const uses = [...(scheduled ? ['an agent of its own'] : []), ...(callable ? ['a child of others'] : [])]
  return `${uses.join(' and ')} (${mode})`
}

function listed(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.join(', ')
}

/** Mistakes before hints; each with its place. */
export function problemLines(
  { mistakes, hints }: { readonly mistakes: readonly Problem[]; readonly hints: readonly Problem[] },
  { paint }: Screen,
): string[] {
  return [
    ...mistakes.map((problem) => `${paint('red', 'mistake')} ${plain(formatProblem(problem))}`),
    ...hints.map((problem) => `${paint('yellow', 'hint')} ${plain(formatProblem(problem))}`),
  ]
}
