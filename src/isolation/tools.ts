/** The programs of a home that a run may start, with what they are made of: many are links into a folder nearby. */
import { basename, dirname, join, relative, sep } from 'node:path'
import { isInside } from '../config/paths.ts'
import type { PathFacts } from './policy.ts'
import { stores } from './stores.ts'
import { isOfSystem, isPrivate } from './system.ts'
import { isMisled } from './trust.ts'

export interface ToolsRequest {
  readonly home: string
  /** The PATH of the run. */
  readonly path: string
  /** The words of the command before the wall. */
  readonly words: readonly string[]
  /** Where agents write: a program there may lead anywhere. */
  readonly writable: readonly string[]
}

/** The folders of PATH, and of the program itself, with what they belong to. Never a home as a whole. */
export function toolPlaces({ home, path, words, writable }: ToolsRequest, facts: PathFacts): string[] {
  const entries = path.split(':').filter((entry) => entry.startsWith('/'))
  const places = [...entries, ...programPlaces(words, entries, writable, facts)]
  const realHome = facts.realPath(home)
  const wanted = places.flatMap((place) => belongings(place, home, facts))
  return [...new Set(wanted)].filter((place) => {
    const tooWide = isInside(realHome, facts.realPath(place)) || isOfSystem(place) || isPrivate(place)
    return !tooWide && facts.kindOf(place) !== undefined
  })
}

/** Where the program stands and where it really lies: folders, and the files in case a folder shows too much. */
function programPlaces(
  [program = '']: readonly string[],
  entries: readonly string[],
  writable: readonly string[],
  facts: PathFacts,
): string[] {
  // What is relative lies in the work_dir.
  const candidates = program.includes('/')
    ? [program].filter((one) => one.startsWith('/'))
    : entries.map((entry) => join(entry, program))
  const found = candidates.find((place) => facts.kindOf(place) === 'file')
  if (found === undefined || isMisled(found, writable, facts)) return []
  const real = facts.realPath(found)
  return [dirname(found), found, dirname(real), real]
}

const someHome = /^(?:\/root|\/(?:home|Users)\/[^/]+)(?=\/)/

/** Below a home these hold much that is no tool. */
const mixed = ['.config', '.local', '.cache']

/** `~/.nvm/versions/node/v24/bin` works only with the rest of `~/.nvm`; `~/projects/x/bin` must not show all projects. */
function belongings(place: string, home: string, facts: PathFacts): string[] {
  const packages = packagesAround(place)
  if (packages !== undefined) return [packages]
  const base = isInside(place, home) ? home : someHome.exec(place)?.[0]
  if (base === undefined || base === place) return [place]
  const names = relative(base, place).split(sep)
  const [first = '', second = '', third] = names
  if (first.startsWith('.') && !mixed.includes(first) && !stores.includes(first))
    return first === '.cargo' ? [join(base, first), join(base, '.rustup')] : [join(base, first)]
  if (first === '.local' && second === 'bin')
    return [place, ...withLocalBin.map((name) => join(base, '.local', name))]
  if (first === '.local' && third !== undefined && !stores.includes(names.slice(0, 3).join('/')))
    return [join(base, first, second, third)]
  const environment = basename(place) === 'bin' && facts.kindOf(join(place, '..', 'pyvenv.cfg')) === 'file'
  return [environment ? dirname(place) : place]
}

/** Programs in `~/.local/bin` are mostly links into these. */
const withLocalBin = ['lib', 'pipx', 'share/pipx', 'share/uv']

/** A script of a package needs its neighbours, and those of its dependencies. */
function packagesAround(place: string): string | undefined {
  const folder = `${sep}node_modules`
  const at = `${place}${sep}`.indexOf(folder + sep)
  return at < 0 ? undefined : place.slice(0, at + folder.length)
}
