/** Owns what `marrow isolation show` shows on a terminal. */
import { plain } from '../../base/plain.ts'
import type { IsolationView } from '../../daemon/local/isolation-show.ts'
import type { Screen } from './screen.ts'
import { table, type Cell, type Column } from './table.ts'

const columns: readonly Column[] = [
  { title: 'ACCESS' },
  { title: 'PATH', shrinkTo: 24 },
  { title: 'WHAT', shrinkTo: 16 },
]

/** What one agent's runs see, from the root down: the deepest line about a path decides. */
export function isolationLines(view: IsolationView, screen: Screen): string[] {
  return [
    headline(view, screen),
    ...view.not_isolated.map((phrase) => screen.paint('yellow', `! ${plain(phrase)}`)),
    `  network      ${view.network ? 'of this machine, its loopback included' : 'none'}`,
    `  home         ${plain(view.home ?? '(none)')}${view.user === null ? '' : ` of ${view.user}`}`,
    `  limits       ${limitsOf(view)}`,
    `  environment  ${view.environment.join(' ')}`,
    ...(view.paths.length === 0 ? [] : ['', ...table(columns, view.paths.map(row), screen)]),
  ]
}

function headline({ agent, mode, isolated_by, held }: IsolationView, screen: Screen): string {
  const name = screen.paint('bold', plain(agent))
  if (held !== null) return `${name}: ${screen.paint('red', 'not started')}: ${plain(held)}`
  if (isolated_by === null) return `${name}: ${screen.paint('yellow', 'not isolated')} (${mode})`
  return `${name}: isolated by ${isolated_by} (${mode})`
}

function limitsOf({ limits }: IsolationView): string {
  const { memory, processes, file_size } = limits
  const said = [
    ...(memory === null ? [] : [`memory ${memory}`]),
    ...(processes === null ? [] : [`${processes} processes`]),
    ...(file_size === null ? [] : [`files of ${file_size}`]),
  ]
  return said.length === 0 ? 'none' : said.join(', ')
}

function row({ path, access, shows, why }: IsolationView['paths'][number]): Cell[] {
  return [
    { text: access, style: access === 'read-write' ? 'green' : access === 'hidden' ? 'dim' : undefined },
    { text: path },
    { text: shows === null ? why : `${why} (${shows})` },
  ]
}
