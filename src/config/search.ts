/** Where marrow.toml is looked for. Light on purpose, like paths.ts: every command begins here. */
import { dirname, join, resolve } from 'node:path'
import { type Environment, isInside, xdgFolder } from './paths.ts'

/** From where and with what a configuration is searched. */
export interface Search {
  /** The value of `-c` or `--config`. */
  readonly flag: string | undefined
  readonly env: Environment
  readonly cwd: string
  readonly home: string
}

/** Either the one file that was named, or the files to look at in order. */
export type Places =
  | { readonly kind: 'named'; readonly path: string; readonly by: '--config' | '$MARROW_CONFIG' }
  | { readonly kind: 'searched'; readonly upward: readonly string[]; readonly fixed: readonly string[] }

const FILE_NAME = 'marrow.toml'

/** `--config`, else `$MARROW_CONFIG`, else this folder and its parents, the user's folder, the system's. */
export function placesOf({ flag, env, cwd, home }: Search): Places {
  if (flag !== undefined) return { kind: 'named', path: resolve(cwd, flag), by: '--config' }
  const variable = env['MARROW_CONFIG']
  if (variable !== undefined && variable !== '') {
    return { kind: 'named', path: resolve(cwd, variable), by: '$MARROW_CONFIG' }
  }
  const userFolder = xdgFolder('XDG_CONFIG_HOME', { home, env }) ?? join(home, '.config')
  return {
    kind: 'searched',
    upward: parents(resolve(cwd)).map((folder) => join(folder, FILE_NAME)),
    fixed: [join(userFolder, 'marrow', FILE_NAME), join('/etc', 'marrow', FILE_NAME)],
  }
}

/** A file that the search met, in its order, with the folders that agents write by its own account. */
export interface Candidate {
  readonly path: string
  /** Met in the current folder or a parent, where an agent may have put it. */
  readonly upward: boolean
  readonly writable: readonly string[]
}

/** A file that the search left aside, and why. */
export interface PassedOver {
  readonly path: string
  readonly reason: string
}

/**
 * The first candidate that no agent can have written: one met on the way up counts only outside every workspace and
 * work_dir that it declares itself or that a candidate after it declares. `realPath` follows links.
 */
export function choose(
  candidates: readonly Candidate[],
  realPath: (path: string) => string,
): { readonly path: string | undefined; readonly passedOver: readonly PassedOver[] } {
  const passedOver: PassedOver[] = []
  for (const [index, candidate] of candidates.entries()) {
    const folder = realPath(dirname(candidate.path))
    const reason = candidate.upward ? writableReason(folder, candidates.slice(index), realPath) : undefined
    if (reason === undefined) return { path: candidate.path, passedOver }
    passedOver.push({ path: candidate.path, reason })
  }
  return { path: undefined, passedOver }
}

/** The sentences of the error when there is no configuration: every place, what was passed over, and the way out. */
export function describeMissing(
  places: Places,
  passedOver: readonly PassedOver[],
): { readonly message: string; readonly fix: string } {
  if (places.kind === 'named') {
    return {
      message: `Cannot find the configuration: ${places.path}, named by ${places.by}, does not exist.`,
      fix: `Correct the path, or make the file: marrow init -c ${places.path}`,
    }
  }
  const [nearest = '', ...above] = places.upward
  const upward = above.length === 0 ? nearest : `${nearest}, and the same name in every parent folder`
  const lines = [upward, ...places.fixed].map((line) => `  ${line}`)
  const passed = passedOver.map(({ path, reason }) => `  ${path} was passed over: ${reason}`)
  return {
    message: ['Cannot find marrow.toml: it is in none of these places.', ...lines, ...passed].join('\n'),
    fix: 'Make one, in the repository that an agent is to look after: marrow init\n     or name one with -c or $MARROW_CONFIG.',
  }
}

function writableReason(
  folder: string,
  candidates: readonly Candidate[],
  realPath: (path: string) => string,
): string | undefined {
  for (const [index, { path, writable }] of candidates.entries()) {
    const around = writable.find((candidate) => isInside(folder, realPath(candidate)))
    if (around === undefined) continue
    const by = index === 0 ? 'it declares itself' : `${path} declares`
    return `it lies in the workspace or work_dir ${around}, which ${by}; agents write there.`
  }
  return undefined
}

function parents(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...parents(above)]
}
