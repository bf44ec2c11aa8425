/** What `role add`, `update` and `remove` would change in the operator's layer: worked out whole, then written whole or not at all. */
import { join } from 'node:path'
import { formatProblem, MarrowError, type Problem } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Config } from '../../config/config.ts'
import { readIfExists } from '../../platform/files.ts'
import { planChanges, recordAfter, type Change } from '../../roles/changes.ts'
import { fetchOffer, type Offer } from '../../roles/install/fetch.ts'
import { applyLayer, readLayer, type Wanted } from '../../roles/install/layer.ts'
import { LOCK_NAME, lockText, parseLock, type Installed } from '../../roles/lock.ts'
import { roleIdOf } from '../../roles/offer.ts'
import type { LinkedRole } from '../../roles/role.ts'
import { checkRef, parseSource, type Source } from '../../roles/source.ts'
import { configAt } from '../here.ts'
import { afterwards, type OtherRole } from './roles-afterwards.ts'

/** What would become of the operator's layer. */
export interface Proposal {
  /** Null: a single role is removed. */
  readonly source: string | null
  readonly ref: string | null
  readonly commit: string | null
  /** What was installed before; null: nothing, or a folder. */
  readonly commitBefore: string | null
  readonly changes: readonly Change[]
  /** The roles that are added or changed, as they would be. */
  readonly roles: ReadonlyMap<string, LinkedRole>
  /** Ids of the core's roles in whose place files of these changes come. */
  readonly replaced: readonly string[]
  /** Agents whose role would be another one. */
  readonly agents: readonly OtherRole[]
  /** Writes it. Throws CANNOT_WRITE; then nothing has changed. */
  readonly apply: () => void
}

/** What is wanted of a source. */
export interface InstallRequest {
  readonly configPath: string
  /** As it was typed, or as it is recorded. */
  readonly source: string
  /** Undefined: the one that is recorded, or the source's own first branch. */
  readonly ref: string | undefined
  /** Whether it counts more than what the operator did to its files. */
  readonly theirs: boolean
  /** Whether it must be installed already. */
  readonly known: boolean
}

const FETCH_MS_MAX = 60_000

/** Fetches a source and works out what would change. Throws for everything that makes it unusable, all mistakes at once. */
export async function proposeInstall(request: InstallRequest): Promise<Proposal> {
  const config = await configAt(request.configPath)
  const layer = layerOf(config)
  const known = recordedAs(layer, request.source)
  if (request.known && known === undefined) throw notInstalled(request.source, layer.installed)
  const source = sourceOf(request.source, known)
  const recorded = layer.installed.find((one) => one.source === source.name)
  const ref = request.ref === undefined ? (recorded?.ref ?? undefined) : checkRef(request.ref)
  const signal = AbortSignal.timeout(FETCH_MS_MAX)
  const offer = await fetchOffer({ source, ref, env: process.env, signal })
  return await propose(config, layer, { source, ref, recorded, offer, theirs: request.theirs })
}

/** The sources that are installed, in the order in which they came. */
export async function installedSources(configPath: string): Promise<readonly Installed[]> {
  return layerOf(await configAt(configPath)).installed
}

/** The operator's layer, as `roles.lock.json` tells of it. */
export interface Layer {
  readonly folder: string
  readonly lock: string | undefined
  readonly installed: readonly Installed[]
}

/** Throws CONFIG_INVALID. */
export function layerOf({ operatorDir }: Config): Layer {
  const path = join(operatorDir, LOCK_NAME)
  const lock = readIfExists(path)
  return { folder: operatorDir, lock, installed: parseLock(lock, path) }
}

/** By its recorded name, or by the last part of it where only one has that. */
export function recordedAs({ installed }: Layer, written: string): Installed | undefined {
  const exact = installed.find(({ source }) => source === written)
  const short = installed.filter(({ source }) => shortName(source) === written)
  return exact ?? (short.length === 1 ? short[0] : undefined)
}

/** Of `layer`: the changes, and what is to be recorded of their source afterwards. Throws CHECK_FAILED. */
export async function proposal(
  config: Config,
  layer: Layer,
  plan: Pick<Proposal, 'source' | 'ref' | 'commit' | 'commitBefore' | 'changes'> & {
    readonly installed: readonly Installed[]
  },
): Promise<Proposal> {
  const { installed, ...told } = plan
  const wanted = wantedBy(plan.changes)
  const { mistakes, roles, replaced, agents } = await afterwards(config, wanted)
  const lost = agents.filter(({ after }) => after === undefined)
  if (mistakes.length + lost.length > 0) throw mistaken(plan, mistakes, lost)
  const ids = new Set([...wanted.keys()].map(roleIdOf))
  const before = new Map(readLayer(layer.folder, wanted.keys()))
  const lock = installed.length === 0 ? undefined : lockText(installed)
  const whole = lock === layer.lock ? wanted : new Map([...wanted, [LOCK_NAME, lock]])
  if (layer.lock !== undefined) before.set(LOCK_NAME, layer.lock)
  return {
    ...told,
    roles: new Map([...roles].filter(([id]) => ids.has(id))),
    replaced: replaced.filter((id) => ids.has(id)),
    agents,
    apply: () => applyLayer(layer.folder, whole, before),
  }
}

function wantedBy(changes: readonly Change[]): Wanted {
  return new Map(
    changes.flatMap((change): [string, string | undefined][] => {
      if (change.kind === 'add' || change.kind === 'change') return [[change.path, change.text]]
      return change.kind === 'remove' ? [[change.path, undefined]] : []
    }),
  )
}

interface Found {
  readonly source: Source
  readonly ref: string | undefined
  readonly recorded: Installed | undefined
  readonly offer: Offer
  readonly theirs: boolean
}

async function propose(config: Config, layer: Layer, found: Found): Promise<Proposal> {
  const { source, ref = null, recorded, offer, theirs } = found
  const files = recorded?.files ?? {}
  const present = readLayer(layer.folder, new Set([...Object.keys(files), ...offer.files.keys()]))
  const changes = planChanges({ recorded: files, present, offered: offer.files, theirs })
  const entry: Installed = {
    source: source.name,
    ref,
    commit: offer.commit ?? null,
    files: recordAfter(files, changes),
  }
  return await proposal(config, layer, {
    source: source.name,
    ref,
    commit: entry.commit,
    commitBefore: recorded?.commit ?? null,
    changes,
    installed: withEntry(layer.installed, entry),
  })
}

/** A file belongs to one source: to the last that was told to take it. */
function withEntry(installed: readonly Installed[], entry: Installed): Installed[] {
  const others = installed.map((one) => {
    const files = Object.entries(one.files).filter(([path]) => !Object.hasOwn(entry.files, path))
    return { ...one, files: Object.fromEntries(files) }
  })
  const isKnown = others.some(({ source }) => source === entry.source)
  return isKnown ? others.map((one) => (one.source === entry.source ? entry : one)) : [...others, entry]
}

function sourceOf(written: string, known: Installed | undefined): Source {
  return parseSource(known?.source ?? written, process.cwd())
}

/** `roles` for `https://example.org/team/roles.git`. */
function shortName(source: string): string {
  return /([^/:]+?)(?:\.git)?\/?$/.exec(source)?.[1] ?? source
}

function notInstalled(written: string, installed: readonly Installed[]): MarrowError {
  const names = installed.map(({ source }) => source)
  const suggestion = didYouMean(written, [...names, ...names.map(shortName)])
  const all = names.length === 0 ? 'Nothing is installed.' : `Installed are: ${names.join(', ')}.`
  return new MarrowError('NOT_FOUND', 'Cannot update this source: it is not installed.', {
    fix: `${suggestion}${all} Install it with: marrow role add SOURCE`,
  })
}

function mistaken(
  { source }: Pick<Proposal, 'source'>,
  mistakes: readonly Problem[],
  lost: readonly OtherRole[],
): MarrowError {
  const what = source === null ? 'Cannot remove it: then this would be wrong:' : `Cannot install ${source}:`
  const agents = lost.map(({ agent, before }) => `The agent ${agent} would lose its role ${before}.`)
  return new MarrowError('CHECK_FAILED', [what, ...mistakes.map(formatProblem), ...agents].join('\n'), {
    fix: 'Nothing was changed.',
  })
}
