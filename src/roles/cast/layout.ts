/** Owns how the id of a role becomes the name that an agent CLI knows it by, and the path of its file. */
import type { Layout } from './target.ts'

/** The output names by id, and a sentence for every two roles that would be one. */
export interface OutputNames {
  readonly names: ReadonlyMap<string, string>
  readonly collisions: readonly string[]
}

/** The names of all roles that are cast together. Of two that collide, the first by id keeps its name. */
export function outputNames(ids: Iterable<string>, layout: Layout): OutputNames {
  const names = new Map<string, string>()
  const taken = new Map<string, string>()
  const collisions: string[] = []
  for (const id of [...ids].toSorted()) {
    const name = outputName(id, layout)
    const key = name.toLowerCase() // On some disks two names that differ in nothing else are one file.
    const other = taken.get(key)
    if (other !== undefined)
      collisions.push(`Output layout '${layout}' maps both '${other}' and '${id}' to '${name}'`)
    else {
      taken.set(key, id)
      names.set(id, name)
    }
  }
  return { names, collisions }
}

/** `l2/worker`, `l2__worker` or `worker`: also the path of the file, without its extension. */
export function outputName(id: string, layout: Layout): string {
  switch (layout) {
    case 'preserve':
      return id
    case 'namespace':
      return id.replaceAll('/', '__')
    case 'flatten':
      return id.slice(id.lastIndexOf('/') + 1)
  }
}

/** All layouts that there are. */
export const LAYOUTS: readonly Layout[] = ['preserve', 'namespace', 'flatten']
