// Owns listeners and files outside the wall, in every folder where programs of a machine keep theirs.
import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type ListenOptions, type Server } from 'node:net'
import { basename, join } from 'node:path'
import { codeOf, isFolder } from '../../platform/files.ts'
import { realPath } from '../../platform/paths.ts'
import { publicFileAttempt, socketAttempt, type Attempt, type Places } from '../attempts.ts'
import type { AttemptReport } from '../report.ts'
import { outsideNames } from './leftovers.ts'

export interface Listeners extends AsyncDisposable {
  readonly attempts: readonly Attempt[]
  readonly untried: readonly AttemptReport[]
  /** The targets whose listener was reached. */
  visitors(): ReadonlySet<string>
}

export interface ListenersRequest {
  readonly places: Places
  readonly runtimeDir: string | undefined
  /** False: ports and abstract sockets are attacked too, which a run with a network may reach. */
  readonly network: boolean
  readonly secret: string
}

/** The folders of this machine in which programs of everybody keep sockets and files. */
export function publicFolders(runtimeDir: string | undefined): ReadonlySet<string> {
  const named = [
    '/tmp',
    '/var/tmp',
    '/run',
    '/var/run',
    '/dev/shm',
    ...(runtimeDir === undefined ? [] : [runtimeDir]),
  ]
  // A folder by another name (/var/run) is one; a link that leads nowhere is none.
  return new Set(named.filter(isFolder).map(realPath))
}

/** Listens everywhere where this user may. */
export async function listenOutside(request: ListenersRequest): Promise<Listeners> {
  const { places, runtimeDir, network, secret } = request
  await using stack = new AsyncDisposableStack()
  const seen = new Set<string>()
  // The names of abstract sockets and ports are there for every process of the machine to read, and to visit.
  const pass = randomUUID()
  const attempts: Attempt[] = []
  const untried: AttemptReport[] = []
  const serve = async (one: Attempt, where: ListenOptions) => {
    try {
      stack.use(await listen(where, seen))
      attempts.push(one)
    } catch (error) {
      untried.push(untriedBy(one, `cannot listen there: ${String(codeOf(error))}`))
    }
  }
  const onPath = (name: string, path: string) =>
    serve(socketAttempt('connect', name, `${path}#${pass}`), { path })
  await onPath('operator-door', join(places.state, 'marrow.sock'))
  await onPath('tmux-server', join(places.state, 't.sock'))
  const unique = basename(places.folder)
  const [socketName, fileName] = outsideNames(unique)
  for (const folder of publicFolders(runtimeDir)) {
    await onPath(`socket-in-${folder}`, join(folder, socketName))
    const file = join(folder, fileName)
    const one = publicFileAttempt(`file-in-${folder}`, file, secret)
    try {
      writeFileSync(file, secret, { mode: 0o600, flag: 'wx' })
      stack.defer(() => rmSync(file, { force: true }))
      attempts.push(one)
    } catch (error) {
      untried.push(untriedBy(one, `this user has none there: ${String(codeOf(error))}`))
    }
  }
  if (!network) {
    if (process.platform === 'linux')
      await serve(socketAttempt('connect-abstract', 'abstract-socket', `${unique}#${pass}`), {
        path: `\0${unique}`,
      })
    const port = stack.use(await listen({ host: '127.0.0.1', port: 0 }, seen)).port
    attempts.push(socketAttempt('connect-tcp', 'loopback-port', `${port}#${pass}`))
  }
  const owned = stack.move()
  return {
    attempts,
    untried,
    visitors: () => seen,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function untriedBy({ name, what }: Attempt, detail: string): AttemptReport {
  return { name, what, outcome: 'skipped', detail }
}

interface Listener extends AsyncDisposable {
  readonly port: number
}

/** Visitors say whom they wanted to visit. */
async function listen(where: ListenOptions, seen: Set<string>): Promise<Listener> {
  const server: Server = createServer((socket) => {
    let said = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      said = (said + text).slice(0, SAID_MAX)
      for (const line of said.split('\n').slice(0, -1)) seen.add(line)
    })
    socket.on('error', () => socket.destroy())
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(where, resolve)
  await promise
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise((closed) => void server.close(() => closed())),
  }
}

const SAID_MAX = 4_096
