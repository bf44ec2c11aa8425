// Owns what may be named as a source of roles: where it lies, how git may get there, and what of it is written down.
import { resolve } from 'node:path'
import { MarrowError } from '../base/errors.ts'

/** A source of roles. `name` is how it is recorded and shown: without a password. */
export type Source =
  /** A repository on another machine. */
  | {
      readonly kind: 'remote'
      readonly name: string
      /** The only ways by which git may go there, as GIT_ALLOW_PROTOCOL has them. */
      readonly protocols: string
      /** Stood in the address; it is sent to that host alone and kept nowhere. */
      readonly login: Login | undefined
    }
  /** A repository or a folder of this machine; the name is its absolute path. */
  | { readonly kind: 'place'; readonly name: string }

/** A user and password, or token, of an https address. */
export interface Login {
  readonly user: string
  readonly password: string
}

const REF_LENGTH_MAX = 200

/** Reads what an operator typed. `cwd` is the folder that a relative path begins at. Throws USAGE. */
export function parseSource(written: string, cwd: string): Source {
  if (written.trim() === '') throw refused('it is empty')
  if (/\p{Cc}/u.test(written)) throw refused('it holds control characters')
  if (written.startsWith('-')) throw refused('it begins with a -, as a flag of git would')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(written)?.[1]?.toLowerCase()
  if (scheme !== undefined) return parseUrl(written, scheme)
  if (/^[A-Za-z0-9+.-]*::/.test(written))
    throw refused('`name::` runs a helper of git, which may run anything')
  const [, host, path] = scpLike.exec(written) ?? []
  if (host === undefined || path === undefined) return { kind: 'place', name: resolve(cwd, written) }
  refuseFlags(host, path)
  return { kind: 'remote', name: written, protocols: 'ssh', login: undefined }
}

/** `git@host:path`. Without a user it may as well be a file name. */
const scpLike = /^[A-Za-z0-9_][A-Za-z0-9_.-]*@([^/:]+):(.+)$/

/** A branch, a tag or a whole commit id. Throws USAGE. */
export function checkRef(ref: string): string {
  const isName = /^[A-Za-z0-9_][A-Za-z0-9_.+@/-]*$/.test(ref) && ref.length <= REF_LENGTH_MAX
  if (isName && !/\.\.|@\{|\/\/|\/$|\.lock$/.test(ref)) return ref
  throw new MarrowError('USAGE', `Cannot use ${JSON.stringify(ref)} as a ref: it is no name of git.`, {
    fix: 'Name a branch, a tag or a whole commit id with --ref.',
  })
}

function parseUrl(written: string, scheme: string): Source {
  const url = URL.parse(written)
  if (url === null) throw refused('it is no address')
  switch (scheme) {
    case 'https': {
      refuseFlags(url.hostname, url.pathname)
      const login = loginOf(url)
      url.username = ''
      url.password = ''
      return { kind: 'remote', name: url.href, protocols: 'https', login }
    }
    case 'ssh':
      refuseFlags(decoded(url.username), decoded(url.hostname), decoded(url.pathname).slice(1))
      if (url.password !== '') throw refused('ssh takes no password from an address; it uses your keys')
      return { kind: 'remote', name: url.href, protocols: 'ssh', login: undefined }
    case 'file':
      if (url.host !== '') throw refused('file:// is followed by an absolute path, and by no host')
      return { kind: 'place', name: resolve(decoded(url.pathname)) }
    case 'http':
    case 'git':
      throw refused(`${scheme}:// is neither secret nor safe from changes on the way, and roles steer agents`)
    default:
      throw refused(`${scheme}:// is no way that marrow lets git go`)
  }
}

function loginOf({ username, password }: URL): Login | undefined {
  return username === '' && password === ''
    ? undefined
    : { user: decoded(username), password: decoded(password) }
}

/** A host or a path that begins with a dash would be read as a flag by ssh or by the program at the other end. */
function refuseFlags(...parts: readonly string[]): void {
  if (parts.some((part) => /^['"\\]*-/.test(part)))
    throw refused('a part of it begins with a -, as a flag would')
}

function decoded(text: string): string {
  const plain = decodedOnce(text)
  if (/\p{Cc}/u.test(plain)) throw refused('it holds control characters')
  return plain
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused('a % in it is followed by no two hex digits')
  }
}

/** It is not repeated: it may hold a password. */
function refused(reason: string): MarrowError {
  return new MarrowError('USAGE', `Cannot use this source: ${reason}.`, {
    fix: 'Name https://HOST/PATH, ssh://HOST/PATH, git@HOST:PATH, file:///PATH, or the path of a repository or folder.',
  })
}
