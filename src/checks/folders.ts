/** Owns how the use of a folder is described, and what to do when it cannot be used. */
import { quote } from 'shlex'
import type { Access, FolderFacts } from './observed.ts'

export function describeAccess(access: Access): string {
  switch (access) {
    case 'writable':
      return 'is writable'
    case 'read-only':
      return 'is not writable'
    case 'unreadable':
      return 'cannot be read'
    case 'not-a-folder':
      return 'is not a folder'
    case 'missing':
      return 'does not exist and cannot be made'
    case 'missing-but-makeable':
      return 'does not exist'
  }
}

export function makeFolder({ path, access }: FolderFacts): string {
  if (access === 'read-only' || access === 'unreadable')
    return `Make it yours: chown or chmod ${quote(path)}.`
  if (access === 'not-a-folder') return 'Choose another path, or move the file away.'
  return `Make it: mkdir -p ${quote(path)}, then marrow setup.`
}
