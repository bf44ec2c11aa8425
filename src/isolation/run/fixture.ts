// Owns the small world that is attacked instead of the real one, and what can be seen from outside of what became of it.
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { systemClock } from '../../platform/clock.ts'
import { realPath } from '../../platform/paths.ts'
import { systemProcesses } from '../../platform/processes.ts'
import {
  fileAttempts,
  fixtureFiles,
  inheritanceAttempts,
  leadingVariables,
  machineAttempts,
  mountAttempts,
  ownFileAttempt,
  placesIn,
  processAttempts,
  type Attempt,
  type Places,
  type Proof,
} from '../attempts.ts'
import { claimKey, type AttemptReport, type Claim } from '../report.ts'
import { seccompFilter } from '../seccomp.ts'
import { FOLDER_PREFIX, removeLeftovers } from './leftovers.ts'
import { listenOutside, publicFolders } from './listeners.ts'
import { shareMemory } from './shared-memory.ts'
import { startVictim } from './victim.ts'

/** Where a fixture is made, and what it is to hold. */
export interface FixtureOptions {
  /** An existing folder in which a new one is made. */
  readonly parent: string
  /** Undefined: this user has none. */
  readonly runtimeDir: string | undefined
  /** False: what only the network leads to is attacked too. */
  readonly network: boolean
  /** Puts more into it, before anybody remembers how it was. */
  readonly furnish?: (places: Places) => void
  /** Attempts on what the caller has made ready. */
  readonly more?: readonly Attempt[]
}

/** A world to attack. Disposing ends its processes and removes its files. */
export interface Fixture extends AsyncDisposable {
  readonly places: Places
  readonly attempts: readonly Attempt[]
  /** What became of each attempt, whatever the simulated agent says of it. Asked once, after its end. */
  judge(claims: ReadonlyMap<string, Claim>): AttemptReport[]
}

/** Throws what the system says when it cannot be made. */
export async function makeFixture(options: FixtureOptions): Promise<Fixture> {
  await using stack = new AsyncDisposableStack()
  removeLeftovers(options.parent, publicFolders(options.runtimeDir), systemClock.now().wall)
  const folder = realPath(mkdtempSync(join(options.parent, FOLDER_PREFIX)))
  stack.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const [places, secret] = [placesIn(folder), randomUUID()]
  const onFiles = fileAttempts(places, secret)
  // Only the filter of calls prevents it, and there is none for every processor.
  const onOwn = seccompFilter(process.arch) === undefined ? [] : [ownFileAttempt(places)]
  layOut(places, fixtureFiles([...onFiles, ...onOwn]), secret)
  options.furnish?.(places)
  const victim = stack.use(startVictim(secret))
  const listeners = stack.use(await listenOutside({ ...options, places, secret }))
  const memory = stack.use(shareMemory())
  const attempts = [
    ...onFiles,
    ...(process.platform === 'linux' ? onOwn : []),
    ...listeners.attempts,
    ...memory.attempts,
    ...machineAttempts(existsSync),
    ...inheritanceAttempts(holdOpen(places, stack), leadingVariables),
    ...(options.more ?? []),
    ...processAttempts(victim.pid, join(places.state, 'read'), secret),
    ...mountAttempts(places),
  ]
  const before = new Map(attempts.map(({ proof }) => [proof, lookAt(proof)]))
  const owned = stack.move()
  return {
    places,
    attempts,
    judge: (claims) => {
      const tried = attempts.map((attempt) => {
        const claim = claims.get(claimKey(attempt))
        const seen = { before: before.get(attempt.proof), visitors: listeners.visitors() }
        return outcomeOf(attempt, claim, isProved(attempt.proof, claim, seen))
      })
      return [...tried, ...listeners.untried, ...memory.untried]
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A file that this process has open, as the daemon has its own. */
function holdOpen({ core }: Places, stack: AsyncDisposableStack): string {
  const path = join(core, 'held')
  writeFileSync(path, '')
  const descriptor = openSync(path, 'r+')
  stack.defer(() => closeSync(descriptor))
  return path
}

/** What was seen from outside, before and since. */
interface Seen {
  readonly before: string | undefined
  readonly visitors: ReadonlySet<string>
}

function isProved(proof: Proof, claim: Claim | undefined, { before, visitors }: Seen): boolean {
  switch (proof.by) {
    case 'change':
    case 'presence':
      return lookAt(proof) !== before
    case 'secret':
      return claim?.detail.includes(proof.text) ?? false
    case 'visit':
      return visitors.has(proof.to)
    case 'death':
      return systemProcesses.identify(proof.of) === undefined
    case 'word':
      return claim?.said === 'did'
  }
}

function outcomeOf({ name, what }: Attempt, claim: Claim | undefined, proved: boolean): AttemptReport {
  if (proved) return { name, what, outcome: 'escaped', detail: claim?.detail ?? 'seen from outside' }
  if (claim === undefined) return { name, what, outcome: 'skipped', detail: 'nothing was heard of it' }
  if (claim.said === 'skipped') return { name, what, outcome: 'skipped', detail: claim.detail }
  const detail = claim.said === 'did' ? `only in what it saw: ${claim.detail}` : claim.detail
  return { name, what, outcome: 'refused', detail }
}

function layOut(places: Places, files: readonly string[], secret: string): void {
  const { folder: _, ...folders } = places
  const more = [join(places.outer, 'inner'), join(places.state, 'runs', 'own'), join(places.state, 'door')]
  for (const folder of [...Object.values(folders), ...more]) mkdirSync(folder, { recursive: true })
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, secret, { mode: 0o600 })
  }
}

/** All that an attempt could change about a file; undefined where nothing is. */
function lookAt(proof: Proof): string | undefined {
  if (proof.by !== 'change' && proof.by !== 'presence') return undefined
  const found = lstatSync(proof.of, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  const text = found.isFile() ? readFileSync(proof.of, 'utf8') : ''
  return [found.ino, found.mode, found.nlink, text].join(' ')
}
