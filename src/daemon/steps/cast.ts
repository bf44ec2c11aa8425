/**
 * Keeps cast files as they were cast: what somebody changed is put back with its text kept aside, and what a role has become
 * since is cast anew. Only where somebody has cast, and only files with marrow's mark.
 */
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { delayMs, type Backoff } from '../../base/backoff.ts'
import { reasonAndFix } from '../../base/errors.ts'
import { later, msUntil, type Moment } from '../../base/moment.ts'
import type { InnerPath } from '../../platform/inside.ts'
import { applyCast, keepAside } from '../../roles/apply/cast.ts'
import type { CastStep } from '../../roles/cast/plan.ts'
import type { TargetSettings } from '../../roles/cast/target.ts'
import { loadRoles, type LoadedRoles } from '../../roles/load.ts'
import {
  ASIDE,
  castFolders,
  castWorkspaces,
  foldersOfAgents,
  isCastFor,
  planTarget,
  type CastWorkspace,
} from '../cast.ts'
import { write, type Core } from '../core.ts'

/** What the daemon knows of cast files while it lives. */
export interface CastLife {
  /** Something has happened in one of the folders since the last look began. */
  told: boolean
  /** When to look again whatever has been told; undefined: now. */
  dueAt: Moment | undefined
  /** Before this moment, being told changes nothing. */
  restsUntil: Moment | undefined
  /** By workspace: how many times in a row something was put back there, and when it may be again. */
  readonly restored: Map<string, { readonly count: number; readonly notBefore: Moment }>
  /** Where something can happen that matters. */
  folders: readonly InnerPath[]
  /** What could not be done, by the folder or file, and why. */
  problems: ReadonlyMap<string, string>
}

/** Before the first look. */
export const newCastLife = (): CastLife => ({
  told: false,
  dueAt: undefined,
  restsUntil: undefined,
  restored: new Map(),
  folders: [],
  problems: new Map(),
})

const LOOK_MS_EVERY = 10 * 60_000 // What no watch tells of is found by then.
const REST_FACTOR = 19 // So that looking takes at most a twentieth of the time, however often agents write there.
const REST_MS_MIN = 200
const REST_MS_MAX = 2_000
// Whoever changes these files again and again has them so for longer each time: no run depends on them, and the journal has an end.
const PUT_BACK: Backoff = {
  delayMsMin: 60_000,
  delayMsMax: LOOK_MS_EVERY,
  attemptsMax: Number.POSITIVE_INFINITY,
}

/** Returns in how many ms to look again. */
export function keepCastFiles(core: Core, now: Moment): number {
  const { cast, stopping } = core.life
  if (stopping !== 'no' || core.jobs.has('cast')) return Number.POSITIVE_INFINITY
  const at = cast.told ? cast.restsUntil : cast.dueAt
  const waitMs = at === undefined ? 0 : msUntil(at, now)
  if (waitMs > 0) return waitMs
  core.jobs.start('cast', (signal) => look(core, signal))
  return Number.POSITIVE_INFINITY
}

/** Roles or workspaces have changed, or somebody has written where they are cast to: looks as soon as it has rested. */
export function castAnew({ life, waker }: Pick<Core, 'life' | 'waker'>): void {
  life.cast.told = true
  waker.wake()
}

interface Look {
  /** Whether anything is cast anywhere: else no role matters here. */
  isCast: boolean
  readonly folders: InnerPath[]
  readonly problems: Map<string, string>
  /** When what was left for later may be put back. */
  laterAt: Moment | undefined
}

async function look(core: Core, signal: AbortSignal): Promise<void> {
  const { life, clock, config } = core
  const { cast } = life
  cast.told = false // Before looking, so that what happens meanwhile causes another look.
  const startedAt = clock.now()
  const { coreDir, operatorDir } = config
  const roles = await loadRoles({ coreDir, operatorDir, workspaces: [] })
  const seen: Look = { isCast: false, folders: [], problems: new Map(), laterAt: undefined }
  for (const workspace of castWorkspaces(config)) {
    if (signal.aborted) return
    await breathe() // Others get their turn between two workspaces.
    await keepWorkspace(core, { workspace, roles, seen })
  }
  tellProblems(core, seen.problems)
  const endedAt = clock.now()
  const restMs = Math.min(Math.max(REST_MS_MIN, -msUntil(startedAt, endedAt) * REST_FACTOR), REST_MS_MAX)
  cast.restsUntil = later(endedAt, restMs)
  cast.dueAt = seen.laterAt ?? later(endedAt, LOOK_MS_EVERY)
  cast.folders = seen.isCast
    ? [...canonicalFolders(roles, [coreDir, operatorDir]), ...seen.folders]
    : seen.folders
}

interface Visit {
  readonly workspace: CastWorkspace
  /** Of core and operator. */
  readonly roles: LoadedRoles
  readonly seen: Look
}

/** One that fails stops no other. */
async function keepWorkspace(core: Core, visit: Visit): Promise<void> {
  const { workspace, roles, seen } = visit
  const { at } = workspace
  const cast: TargetSettings[] = []
  for (const settings of roles.settings.values()) {
    const folders = castFolders(settings)
    try {
      if (isCastFor(at, settings)) cast.push({ ...settings, enabled: true })
      if (settings.enabled) seen.folders.push(...below(at, folders))
    } catch (error) {
      seen.problems.set(join(at.path, folders[0] ?? ''), reasonAndFix(error))
    }
  }
  if (cast.length === 0) return
  seen.isCast = true
  seen.folders.push(...below(at, ['roles', 'skills']))
  // While a role is wrong nobody can say what should stand there.
  if (roles.catalogue.mistakes.length > 0) {
    const first = roles.catalogue.mistakes[0]
    seen.problems.set(at.path, `${first?.file} has a mistake. Fix: see it with: marrow role check`)
    return
  }
  const { coreDir, operatorDir } = core.config
  const loaded = await loadRoles({ coreDir, operatorDir, workspaces: [at] })
  const steps: CastStep[] = []
  for (const settings of cast) {
    try {
      const plan = planTarget(at, { settings, loaded, adopt: false })
      seen.folders.push(...below(at, foldersOfAgents(plan)))
      steps.push(...plan.steps.filter(({ kind }) => kind !== 'keep' && kind !== 'foreign'))
    } catch (error) {
      seen.problems.set(`${at.path} (${settings.target})`, reasonAndFix(error))
    }
  }
  await carryOut(core, {
    workspace,
    steps: stepsNow(core, at.path, { steps, seen }),
    problems: seen.problems,
  })
}

/** Without what has to wait to be put back. Casting anew never waits: nobody but the operator causes it. */
function stepsNow(
  { life: { cast }, clock }: Core,
  folder: string,
  { steps, seen }: { readonly steps: readonly CastStep[]; readonly seen: Look },
): readonly CastStep[] {
  const now = clock.now()
  const before = cast.restored.get(folder)
  const waits = before !== undefined && msUntil(before.notBefore, now) > 0
  const isEdited = steps.some(({ kind }) => kind === 'restore')
  if (isEdited && waits) {
    seen.laterAt = soonest(seen.laterAt, before.notBefore, now)
    return steps.filter(({ kind }) => kind !== 'restore')
  }
  const count = (before?.count ?? 0) + 1
  if (isEdited) cast.restored.set(folder, { count, notBefore: later(now, delayMs(count - 1, PUT_BACK) ?? 0) })
  else if (!waits) cast.restored.delete(folder)
  return steps
}

function soonest(one: Moment | undefined, other: Moment, now: Moment): Moment {
  return one !== undefined && msUntil(one, now) <= msUntil(other, now) ? one : other
}

interface Work {
  readonly workspace: CastWorkspace
  readonly steps: readonly CastStep[]
  readonly problems: Map<string, string>
}

/** What cannot be done with one file holds up no other. */
async function carryOut(core: Core, { workspace, steps, problems }: Work): Promise<void> {
  const { at, agents } = workspace
  const agent = agents.length === 1 ? agents[0]?.name : undefined
  const wanted: CastStep[] = []
  for (const step of steps) {
    const path = join(at.path, step.path)
    try {
      // Told before it is done: a daemon that dies in between tells it twice rather than never.
      if (step.kind === 'restore') {
        const kept = keepAside(step.path, step.aside, { at, aside: ASIDE })
        await write(core, (_, emit) => emit('cast.restored', { agent }, { path, kept }))
      }
      wanted.push(step)
    } catch (error) {
      problems.set(path, reasonAndFix(error))
    }
  }
  const done = applyCast(wanted, { at, aside: ASIDE })
  for (const { step, failed } of done)
    if (failed !== undefined) problems.set(join(at.path, step.path), reasonAndFix(failed))
  const changed = done.filter(({ step, failed }) => failed === undefined && step.kind !== 'restore')
  if (changed.length > 0) core.log.info('roles cast anew', { folder: at.path, files: changed.length })
}

/** Said once as long as it stays the same. */
function tellProblems({ life, log }: Core, problems: ReadonlyMap<string, string>): void {
  for (const [place, error] of problems)
    if (life.cast.problems.get(place) !== error) log.warn('cannot keep what is cast', { place, error })
  life.cast.problems = problems
}

function below(at: InnerPath, folders: readonly string[]): InnerPath[] {
  return folders.map((folder) => ({ root: at.root, path: join(at.path, folder) }))
}

/** Where roles, skills and their settings lie, and what may come there; nobody but the operator writes there. */
function canonicalFolders({ catalogue, skills }: LoadedRoles, dirs: readonly string[]): InnerPath[] {
  const files = [...catalogue.roles.values(), ...skills.values()].map(({ path }) => dirname(path))
  const named = dirs.flatMap((dir) => ['roles', 'roles.toml', 'skills'].map((name) => join(dir, name)))
  const paths = [...named, ...files]
  return [...new Set(paths)].map((path) => ({ root: path, path }))
}
