/** Where the login of an agent CLI lies: the operator's files, and the folder of marrow's that stands for them in runs. */
import { basename, join } from 'node:path'
import { isAdapterName } from '../../agents/adapters.ts'
import { placeOf, type Needs } from '../../agents/needs.ts'
import { digest } from '../../base/digest.ts'

export interface LoginPlace {
  /** Bound into every run with this login, so that what one of them refreshes is there for all. */
  readonly folder: string
  /** Remembers what was carried; no run sees it. */
  readonly record: string
  readonly files: readonly LoginPair[]
}

/** One file of a login, on both sides. */
export interface LoginPair {
  readonly own: string
  readonly shared: string
  /** The names of what a refresh changes in it. */
  readonly refreshed: readonly string[]
}

export interface LoginPlaceRequest {
  readonly adapter: string
  readonly needs: Needs
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stateDir: string
  /** Of the runs, where it is not the daemon's own: nobody else can read the folder. */
  readonly user: string | undefined
  /** The slug of the agent, for a login that another agent's run must not be able to change. */
  readonly agent: string
}

/** Undefined for a CLI that never writes its login, or has none. */
export function loginPlace(request: LoginPlaceRequest): LoginPlace | undefined {
  const { adapter, needs, home, env, stateDir, user, agent } = request
  const written = needs.login.files.flatMap(({ path, refreshed }) =>
    refreshed === undefined ? [] : [{ own: placeOf(path, needs, home, env), refreshed }],
  )
  if (written.length === 0) return undefined
  const whose = digest(
    JSON.stringify([written.map(({ own }) => own), user ?? null, ...(needs.login.obeyed ? [agent] : [])]),
  ).slice(0, 8)
  const folder = join(loginsFolder(stateDir), `${adapter}-${whose}`)
  return {
    folder,
    record: `${folder}.json`,
    files: written.map((file) => ({ ...file, shared: join(folder, basename(file.own)) })),
  }
}

/** Of all logins that runs share. */
export function loginsFolder(stateDir: string): string {
  return join(stateDir, 'logins')
}

/** Whether marrow gives such a name to a login's folder, to the record beside it, or to a draft of that. */
export function isLoginName(name: string): boolean {
  const [, adapter = ''] = /^([a-z]+)-[0-9a-f]{8}(?:\.json(?:\.\d+)?)?$/.exec(name) ?? []
  return isAdapterName(adapter)
}
