/** Which links count: one that lies where a run may write can have been made by it, and is not followed to a rule. */
import { basename, dirname, join } from 'node:path'
import { isInside } from '../config/paths.ts'
import type { PathFacts, Wish } from './policy.ts'

/** The wishes that count, and the paths of those that do not. What hides or only leads to a hidden place always counts. */
export function trustedWishes(
  wishes: readonly Wish[],
  writable: readonly string[],
  facts: PathFacts,
): { readonly wishes: Wish[]; readonly refused: string[] } {
  const refused = new Set<string>()
  const folders = writable.map(facts.realPath)
  const trusted = wishes.filter(({ path, from, access, link, reveals = false }) => {
    if (access === 'hidden' || link !== undefined) return true
    const misled = [path, ...(from === undefined ? [] : [from])].filter((one) => isLed(one, folders, facts))
    // What is only revealed can be done without: links to programs are in every folder of packages.
    for (const one of misled) if (!reveals) refused.add(one)
    return misled.length === 0
  })
  return { wishes: trusted, refused: [...refused] }
}

/** Whether a link in a folder that runs may write is on the way to `path`. */
export function isMisled(
  path: string,
  writable: readonly string[],
  { realPath }: Pick<PathFacts, 'realPath'>,
): boolean {
  return isLed(path, writable.map(realPath), { realPath })
}

/** The same for folders without links. */
function isLed(path: string, folders: readonly string[], { realPath }: Pick<PathFacts, 'realPath'>): boolean {
  return stepsTo(path).some((step) => {
    const parent = realPath(dirname(step))
    const place = join(parent, basename(step))
    return folders.some((folder) => isInside(parent, folder)) && realPath(place) !== place
  })
}

/** The path itself and all that it goes through, from the root down. */
function stepsTo(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '')
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)
}
