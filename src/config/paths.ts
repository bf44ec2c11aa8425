/** What a path in marrow.toml means. Light on purpose: `marrow status` needs this and neither zod nor the parser. */
import { isAbsolute, join, resolve, sep } from 'node:path'

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Whose paths are read: the home that `~` means and the variables that `$NAME` means. */
export interface Place {
  readonly home: string
  readonly env: Environment
}

/** An absolute path without `~`, variables, `..` and a slash at its end; or why there is none. */
export type Expanded = { readonly path: string } | { readonly reason: string; readonly fix: string }

const variablePattern = /\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g

/** Expands a leading `~` and every `$VAR` and `${VAR}`; what comes out must be absolute. */
export function expandPath(written: string, place: Place): Expanded {
  if (written.includes('\0')) return { reason: 'holds a zero byte.', fix: 'Write the path without it.' }
  const missing: string[] = []
  const tilde = written === '~' || written.startsWith('~/')
  const text = (tilde ? written.slice(1) : written).replace(variablePattern, (_, braced, bare) => {
    const name: string = braced ?? bare
    const value = place.env[name]
    // An empty value would turn $DIR/x into /x.
    if (value === undefined || value === '') missing.push(name)
    return value ?? ''
  })
  if (missing.length > 0) {
    const names = [...new Set(missing)].map((name) => `$${name}`).join(', ')
    return {
      reason: `${names} is not set: "${written}".`,
      fix: 'Set it where marrow is started, or write the path out.',
    }
  }
  const expanded = tilde ? place.home + text : text
  if (isAbsolute(expanded)) return { path: resolve(expanded) }
  const fix = written.startsWith('~')
    ? 'Write the home folder out: only ~ and ~/ are understood.'
    : 'Begin it with /, ~ or a variable.'
  return { reason: `must be absolute: ${written === '' ? '(empty)' : `"${written}"`}.`, fix }
}

/** Whether `path` is `folder` or lies below it; both absolute and free of `..`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** `$XDG_STATE_HOME/marrow`, else `~/.local/state/marrow`. */
export function defaultStateDir(place: Place): string {
  return join(xdgFolder('XDG_STATE_HOME', place) ?? join(place.home, '.local', 'state'), 'marrow')
}

/** The folder that an XDG variable names. Its standard says that a relative one counts as not set. */
export function xdgFolder(name: string, place: Place): string | undefined {
  const folder = place.env[name]
  return folder !== undefined && isAbsolute(folder) ? resolve(folder) : undefined
}

export function defaultSocketPath(stateDir: string): string {
  return join(stateDir, 'marrow.sock')
}

/** Where runs ask; its folder lets nobody list what else is there. */
export function agentSocketPath(stateDir: string): string {
  return join(stateDir, 'door', 'agent.sock')
}

/**
 * Where the daemon of a configuration keeps its state and listens, from the parsed TOML alone and by the same rules as
 * the whole parser. Undefined when these keys hold a mistake: then only the whole parser can say which.
 */
export function socketOf(table: unknown, place: Place): { stateDir: string; socketPath: string } | undefined {
  const stateDir = pathAt(table, 'state_dir', place) ?? { path: defaultStateDir(place) }
  const written = pathAt(member(table, 'ipc') ?? {}, 'socket_path', place)
  if ('reason' in stateDir || (written !== undefined && 'reason' in written)) return undefined
  return { stateDir: stateDir.path, socketPath: written?.path ?? defaultSocketPath(stateDir.path) }
}

/** Every folder that agents of a configuration may write, as far as its parsed TOML says so rightly. */
export function writableFolders(table: unknown, place: Place): string[] {
  const agents = member(table, 'agents')
  if (!Array.isArray(agents)) return []
  return agents.flatMap((agent: unknown) =>
    ['workspace', 'work_dir'].flatMap((key) => {
      const found = pathAt(agent, key, place)
      return found !== undefined && 'path' in found ? [found.path] : []
    }),
  )
}

/** An empty socket_path means its default, as in marrow-core; an empty state_dir is a mistake. */
function pathAt(table: unknown, key: string, place: Place): Expanded | undefined {
  const written = member(table, key)
  if (written === undefined || (written === '' && key === 'socket_path')) return undefined
  if (typeof written !== 'string') return { reason: 'must be text in quotes.', fix: 'Put quotes around it.' }
  return expandPath(written, place)
}

function member(table: unknown, key: string): unknown {
  if (typeof table !== 'object' || table === null || !Object.hasOwn(table, key)) return undefined
  return Reflect.get(table, key)
}
