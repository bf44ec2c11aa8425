/** Owns which names in a state_dir are marrow's. Pure. */
import { join, relative } from 'node:path'
import { plain } from '../base/plain.ts'
import type { Config } from './config.ts'
import type { DiskFacts } from './layout.ts'
import type { Report } from './report.ts'

/** The files in which marrow keeps what it knows, the store first. The lock is not among them. */
export const stateFiles = [
  'marrow.db',
  'marrow.db-wal',
  'marrow.db-shm',
  'daemon.json',
  'marrow.sock',
  'PAUSED',
] as const

/** The folders that hold what is marrow's, and may hold something else as well. */
export const stateFolders = ['runs', 'backups', 'homes', 'logins', 'door'] as const

const otherNames = ['lock.db', 'lock.db-journal', 'marrow.db-journal']
const NAMED_MAX = 3

/** Warns of a state_dir that is not marrow's alone: what others put there may have a name that marrow takes for its own. */
export function checkStateDir(
  { stateDir, ipc }: Pick<Config, 'stateDir' | 'ipc'>,
  facts: DiskFacts,
  report: Report,
): void {
  if (stateDir === '') return
  const [socket = ''] = relative(stateDir, ipc.socketPath).split('/')
  const own = new Set<string>([...stateFiles, ...stateFolders, ...otherNames, socket])
  const others = facts
    .namesIn(stateDir)
    .filter((name) => !own.has(name) && !isOfNobody(name) && !holdsState(join(stateDir, name), facts))
  if (others.length === 0) return
  const more = others.length - NAMED_MAX
  const named = `${others.slice(0, NAMED_MAX).map(plain).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  report.warning(
    ['state_dir'],
    `${stateDir} holds things that are not marrow's: ${named}.`,
    'Name a folder that is for marrow alone.',
  )
}

/** Hidden files are drafts, or a desktop's; the other is there on a disk of its own. */
function isOfNobody(name: string): boolean {
  return name.startsWith('.') || name === 'lost+found'
}

/** The state of a second configuration may lie in that of the first. */
function holdsState(path: string, { exists }: DiskFacts): boolean {
  return exists(join(path, 'lock.db'))
}
