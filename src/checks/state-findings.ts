/** Owns what doctor makes of marrow's state: its folder, its disk, its socket, its store. */
import { quote } from 'shlex'
import { describeAccess } from './folders.ts'
import { finder, type Finder, type Finding } from './finding.ts'
import type { DiskFacts, RightsFacts, SocketFacts, StateFacts, StoreFacts } from './observed.ts'

const SOCKET_BYTES_MAX = 100 // Linux takes 107 bytes, macOS 103; some room for what the daemon puts beside it.
const FREE_BYTES_MIN = 256 * 1024 * 1024 // A day of capped logs of a handful of agents.
const FREE_SHARE_MIN = 0.02

export function stateFindings(state: StateFacts): Finding[] {
  const about = finder('state')
  const found: Finding[] = []
  if (state.access !== 'writable' && state.access !== 'missing-but-makeable') {
    const problem = `${state.path} ${describeAccess(state.access)}`
    found.push(about.issue(problem, 'Choose another state_dir, or make it yours.'))
  }
  return [
    ...found,
    ...diskFindings(about, state.path, state.disk),
    ...state.rights.flatMap((rights) => rightsFindings(about, rights)),
    ...(state.socket.enabled ? socketFindings(about, state) : []),
    ...storeFindings(about, state.store, state.schema),
  ]
}

function diskFindings(about: Finder, path: string, disk: DiskFacts | undefined): Finding[] {
  const found: Finding[] = []
  if (disk?.kind === 'network') {
    const problem = `${path} is on a network disk, where locks cannot be trusted`
    found.push(about.issue(problem, 'Choose a state_dir on a local disk.'))
  }
  if (disk && isNearlyFull(disk)) {
    const free = Math.floor(disk.freeBytes / 1024 / 1024)
    const problem = `the disk of ${path} is nearly full: ${free} MiB left`
    found.push(about.issue(problem, 'Make room, or move state_dir.'))
  }
  return found
}

function isNearlyFull({ freeBytes, totalBytes }: DiskFacts): boolean {
  return (
    freeBytes < FREE_BYTES_MIN ||
    (totalBytes > 0 && freeBytes / totalBytes < FREE_SHARE_MIN && freeBytes < 8 * FREE_BYTES_MIN)
  )
}

/** The folder itself may be entered by others, so that agents of another user reach their door; no more than that. */
function rightsFindings(about: Finder, { path, othersWrite, othersRead, foreign }: RightsFacts): Finding[] {
  if (foreign) {
    const fix = 'Run marrow as its owner, or choose a state_dir of your own.'
    return [about.issue(`${path} belongs to another user`, fix)]
  }
  if (othersWrite) {
    const problem = `other users may write ${path}: they could give your agents orders`
    return [about.issue(problem, `Run: chmod go-w ${quote(path)}.`)]
  }
  if (othersRead) {
    const problem = `other users may read ${path}: prompts and results are in it`
    return [about.issue(problem, `Run: chmod go-r ${quote(path)}.`)]
  }
  return []
}

function socketFindings(about: Finder, { socket, path: stateDir }: StateFacts): Finding[] {
  const found: Finding[] = []
  if (socket.bytes > SOCKET_BYTES_MAX) {
    const problem = `the socket path ${socket.path} has ${socket.bytes} bytes; ${SOCKET_BYTES_MAX} are possible`
    found.push(about.issue(problem, 'Choose a shorter state_dir, or set socket_path under [ipc].'))
  }
  if (socket.kind === 'other') {
    const problem = `${socket.path} is not a socket, so the daemon cannot listen there`
    found.push(about.issue(problem, 'Move it away, or set socket_path under [ipc].'))
  }
  return [...found, ...socketFolderFindings(about, socket, stateDir)]
}

/** The state_dir itself has had its say. */
function socketFolderFindings(about: Finder, { folder }: SocketFacts, stateDir: string): Finding[] {
  if (folder.path === stateDir || folder.access === 'writable') return []
  if (folder.access === 'missing-but-makeable') return []
  const problem = `the folder of the socket ${folder.path} ${describeAccess(folder.access)}`
  return [about.issue(problem, 'Make it yours, or set socket_path under [ipc].')]
}

function storeFindings(about: Finder, store: StoreFacts, own: number): Finding[] {
  const restore = 'Stop the daemon and put a copy from the folder backups of the state in its place.'
  switch (store.kind) {
    case 'none':
      return []
    case 'unreadable':
      return [
        about.issue(
          `the store cannot be read: ${store.reason}`,
          'Give it back to its owner, or restore a backup.',
        ),
      ]
    case 'damaged':
      return [about.issue(`the store is damaged: ${store.reason}`, restore)]
    case 'whole':
      if (store.readableFrom > own) {
        const problem = `the store needs a newer marrow: schema ${store.readableFrom}, this one knows ${own}`
        return [
          about.issue(problem, 'Run the newer marrow again, or restore a backup from the folder backups.'),
        ]
      }
      if (store.schema <= own) return []
      return [
        about.hint(
          `a newer marrow wrote the store (schema ${store.schema}, this one knows ${own}); it can be used`,
          'Go back to the newer marrow when you can.',
        ),
      ]
  }
}
