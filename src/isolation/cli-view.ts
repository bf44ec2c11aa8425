/** What an agent CLI finds behind the wall of the operator's home and of its own, from what its adapter says that it needs. */
import { basename, dirname, join } from 'node:path'
import { placeOf, type Needs } from '../agents/needs.ts'
import type { CliFolders } from './home.ts'
import type { LoginPlace } from './login/place.ts'

export interface CliViewRequest {
  readonly needs: Needs
  readonly home: string
  /** The environment of the run. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined: there is no folder for its login, so it sees none. */
  readonly login: LoginPlace | undefined
  /** The names in a folder; none when it is not there. */
  readonly entriesOf: (folder: string) => readonly string[]
}

export interface CliView {
  readonly cli: CliFolders
  /** To be laid over the environment of the run. */
  readonly env: Readonly<Record<string, string>>
}

/** The places of everything, absolute. They need not exist. */
export function cliView({ needs, home, env, login, entriesOf }: CliViewRequest): CliView {
  const at = (path: string) => placeOf(path, needs, home, env)
  const folder = join(home, LOGIN_FOLDER)
  const { folderVariable, files } = needs.login
  const unwritten = files.filter(({ refreshed }) => refreshed === undefined).map(({ path }) => at(path))
  const links = folderVariable === undefined ? (login?.files ?? []) : []
  const wanted = Object.entries(needs.walledEnv(at)).filter(([name]) => !env[name])
  const loginEnv = login === undefined || folderVariable === undefined ? {} : { [folderVariable]: folder }
  return {
    cli: {
      login: login === undefined ? undefined : { folder: login.folder, at: folder },
      links: links.map(({ own, shared }) => ({ path: own, target: join(folder, basename(shared)) })),
      obeyed: [...unwritten, ...needs.obeys.flatMap((path) => matches(at(path), entriesOf))],
      shared: [],
      kept: [...needs.conversations, ...needs.caches].map(at),
      closed: needs.closed.map(at),
      own: needs.folders.map(at),
    },
    env: { ...Object.fromEntries(wanted), ...loginEnv },
  }
}

const LOGIN_FOLDER = '.login'

/** The paths that fit one whose last part may hold a `*`, which stands for no hidden file, as in a shell. */
function matches(path: string, entriesOf: CliViewRequest['entriesOf']): string[] {
  const name = basename(path)
  const star = name.indexOf('*')
  if (star < 0) return [path]
  const [start, end] = [name.slice(0, star), name.slice(star + 1)]
  const hidden = start === '' ? '.' : undefined
  const fits = (entry: string) =>
    entry[0] !== hidden &&
    entry.length >= start.length + end.length &&
    entry.startsWith(start) &&
    entry.endsWith(end)
  return entriesOf(dirname(path))
    .filter(fits)
    .map((entry) => join(dirname(path), entry))
}
