// The users of this machine, as far as its own file lists them.
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { readIfExists } from './files.ts'
import { programOn } from './paths.ts'

/** One of them; the fields of passwd(5) that a run needs. */
export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** Undefined when /etc/passwd has no such user; users that a directory service knows are not found. */
export function findUser(name: string): User | undefined {
  const line = (readIfExists('/etc/passwd') ?? '').split('\n').find((one) => one.startsWith(`${name}:`))
  const [, , uid, gid, , home] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined || home === undefined) return undefined
  return { name, uid: Number(uid), gid: Number(gid), home }
}

/** The program that starts another one as a user (util-linux); undefined where there is none, as on macOS. */
export function findSetpriv(): string | undefined {
  return systemProgram('setpriv')
}

/** A program of the system itself: what PATH names may be an agent's. */
export function systemProgram(name: string): string | undefined {
  return programOn('/usr/bin:/bin:/usr/sbin:/run/current-system/sw/bin', name)
}

/** Whether the folders above `path` let the user through to it, by their modes. */
export function canReach(user: User, path: string): boolean {
  const parent = dirname(path)
  if (parent === path) return true
  return canReach(user, parent) && mayEnter(user, parent)
}

function mayEnter({ name, uid, gid }: User, folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return false
  if (uid === found.uid) return (found.mode & 0o100) !== 0
  const member = found.gid === gid || groupsOf(name).includes(found.gid)
  return (found.mode & (member ? 0o010 : 0o001)) !== 0
}

/** Those that /etc/group gives a user beyond the first. */
function groupsOf(name: string): number[] {
  const lines = (readIfExists('/etc/group') ?? '').split('\n').map((line) => line.split(':'))
  return lines.filter(([, , , members]) => members?.split(',').includes(name)).map(([, , gid]) => Number(gid))
}
