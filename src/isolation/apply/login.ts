/** Carries the login of an agent CLI between the operator's file and the folder that his runs share. */
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { reasonOf } from '../../base/errors.ts'
import { listFolder, makePrivateFolder, readIfExists, writeAtomic } from '../../platform/files.ts'
import {
  folderChangedAt,
  giveFolder,
  openWay,
  readWhole,
  removeDrafts,
  removeWhole,
  replaceWhole,
  signatureOf,
  type FileAccess,
  type WholeFile,
} from '../../platform/whole-file.ts'
import { carriedDigest, decideCarrying, type Carried, type Carrying, type Side } from '../login/decide.ts'
import { isLoginName, loginsFolder, type LoginPair, type LoginPlace } from '../login/place.ts'

/** A login that runs share. */
export interface SharedLogin {
  /**
   * Looks at both sides, and does what there is to do. `now` in epoch ms. Two system calls for each file when nothing has
   * changed since. Throws nothing: what cannot be done is a problem, and is tried again the next time.
   */
  carry(now: number): CarryReport
}

export interface CarryReport {
  /** The most that was done for any of its files. */
  readonly did: Carrying['kind']
  /** A sentence without full stop. */
  readonly problem: string | undefined
}

/** Who the runs are; undefined: the same as the daemon. */
export type Owner = Pick<FileAccess, 'uid' | 'gid'> | undefined

const BYTES_MAX = 1_048_576 // Logins have some kilobytes.
const SETTLE_MS = 2_000 // Writing so little takes no time, unless its writer was stopped in the middle.

/** Makes the folder that is bound into runs. What a killed program left half done is mended by the first carrying. */
export function openLogin(place: LoginPlace, owner: Owner): SharedLogin {
  const seen = new Map<string, string>()
  let [carried, prepared] = [readRecord(place.record), false]
  const remember = (pair: LoginPair, last: Carried) => {
    if (carried[pair.own]?.own === last.own && carried[pair.own]?.shared === last.shared) return
    const next = { ...carried, [pair.own]: last }
    writeAtomic(place.record, JSON.stringify(next), 0o600)
    carried = next
  }
  const carryPair = (pair: LoginPair, now: number): CarryReport => {
    const signature = signatureOfBoth(pair)
    if (seen.get(pair.own) === signature) return QUIET
    seen.delete(pair.own)
    const found = { own: readSide(pair.own, true), shared: readSide(pair.shared, false), owner }
    const sides = { own: sideOf(found.own, pair.own, now), shared: sideOf(found.shared, pair.shared, now) }
    const last = carried[pair.own] ?? NEVER
    const carrying = decideCarrying({ ...sides, last, refreshed: pair.refreshed })
    if (carrying.kind === 'wait') return { did: 'wait', problem: problemOf(carrying.problem, pair.own) }
    if (carrying.kind === 'nothing') seen.set(pair.own, signature)
    // Somebody wrote meanwhile: what was decided is about something else.
    else if (signatureOfBoth(pair) !== signature) return { did: 'wait', problem: undefined }
    else remember(pair, carry(carrying, pair, found))
    return { did: carrying.kind, problem: undefined }
  }
  return {
    carry: (now) => {
      try {
        if (!prepared) prepare(place, owner)
        prepared = true
        return worst(place.files.map((pair) => carryPair(pair, now)))
      } catch (error) {
        prepared = false // Somebody may have removed the folder.
        return { did: 'wait', problem: `the login in ${place.folder} cannot be carried: ${reasonOf(error)}` }
      }
    },
  }
}

/**
 * What is left of logins that nobody uses any more: they are keys. `used`: the folders of all agents of the
 * configuration, and of all runs that go on. What has no name of a login was put there by somebody else.
 */
export function unusedLogins(stateDir: string, used: readonly string[]): string[] {
  const folder = loginsFolder(stateDir)
  const paths = listFolder(folder).flatMap(({ name }) => (isLoginName(name) ? [join(folder, name)] : []))
  return paths.filter((path) => !used.some((one) => path === one || path === `${one}.json`))
}

const QUIET: CarryReport = { did: 'nothing', problem: undefined }
const NEVER: Carried = { own: undefined, shared: undefined }

/** Without what a program left behind that was killed while it wrote. */
function prepare({ folder, files }: LoginPlace, owner: Owner): void {
  makePrivateFolder(folder)
  openWay(dirname(folder)) // For runs of another user, each to his own folder.
  if (owner !== undefined) giveFolder(folder, owner)
  for (const path of files.flatMap(({ own, shared }) => [own, shared])) removeDrafts(path)
}

function signatureOfBoth({ own, shared }: LoginPair): string {
  return `${signatureOf(own, true)} ${signatureOf(shared, false)}`
}

function problemOf(reason: string | undefined, path: string): string | undefined {
  return reason === undefined ? undefined : `the login ${path} cannot be read: ${reason}`
}

interface Found {
  readonly own: WholeFile
  readonly shared: WholeFile
  readonly owner: Owner
}

/** The order counts: what is cut short by the end of the program is done again by the next decision. */
function carry(
  carrying: Exclude<Carrying, { kind: 'wait' | 'nothing' }>,
  pair: LoginPair,
  { own, shared, owner }: Found,
): Carried {
  const access = { ...(owner ?? ids()), mode: 0o600 }
  const share = (text: string) => replaceWhole(pair.shared, text, { follow: false, access })
  switch (carrying.kind) {
    case 'to runs':
      if (carrying.text === undefined) removeWhole(pair.shared)
      else share(carrying.text)
      return { own: carriedDigest(carrying.text), shared: carriedDigest(carrying.text) }
    case 'to the operator': {
      const kept = own.kind === 'file' ? own.access : access
      replaceWhole(pair.own, carrying.text, { follow: true, access: kept })
      if (carrying.shared !== undefined) share(carrying.shared)
      return { own: carriedDigest(carrying.text), shared: carriedDigest(carrying.shared ?? textOf(shared)) }
    }
    case 'note':
      return { own: carriedDigest(textOf(own)), shared: carriedDigest(textOf(shared)) }
  }
}

function textOf(file: WholeFile): string | undefined {
  return file.kind === 'file' ? file.text : undefined
}

function ids(): Pick<FileAccess, 'uid' | 'gid'> {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
}

function readSide(path: string, follow: boolean): WholeFile {
  return readWhole(path, { follow, bytesMax: BYTES_MAX })
}

function sideOf(file: WholeFile, path: string, now: number): Side {
  const settled = (changedAt: number) => Math.abs(now - changedAt) > SETTLE_MS
  switch (file.kind) {
    case 'missing':
      return { state: 'absent', settled: settled(folderChangedAt(dirname(path)) ?? 0) }
    case 'unreadable':
      return { state: 'unreadable', reason: file.reason }
    case 'file':
      return { state: 'there', text: file.text, settled: settled(file.changedAt) }
  }
}

const Record = z.record(
  z.string(),
  z
    .object({ own: z.string().optional(), shared: z.string().optional() })
    .transform(({ own, shared }) => ({ own, shared })),
)

/** One that cannot be read counts as none: then the operator's file is carried once more. */
function readRecord(path: string): z.infer<typeof Record> {
  try {
    return Record.parse(JSON.parse(readIfExists(path) ?? '{}'))
  } catch {
    return {}
  }
}

const weight: readonly Carrying['kind'][] = ['nothing', 'note', 'wait', 'to runs', 'to the operator']

function worst(reports: readonly CarryReport[]): CarryReport {
  const did = reports.map((report) => report.did).toSorted((a, b) => weight.indexOf(a) - weight.indexOf(b))
  return {
    did: did.at(-1) ?? 'nothing',
    problem: reports.find(({ problem }) => problem !== undefined)?.problem,
  }
}
