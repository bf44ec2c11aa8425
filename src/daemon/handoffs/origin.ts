/** Where handoffs come from, as far as it decides what they may set going. */
import type { AgentConfig } from '../../config/config.ts'
import { isInside } from '../../config/paths.ts'
import { parseFolder } from '../../handoffs/folders.ts'
import { originOf, type Origin } from '../../handoffs/hops.ts'
import type { Delegation } from '../../delegation/store.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { readRun, type Suspect } from '../../runner/store.ts'

/** A child counts as the first run of its lineage, and so does all that it sends. */
export function hopsOfLineage(
  tx: Tx,
  { lineage, parent }: Pick<Delegation, 'lineage' | 'parent'>,
): number | undefined {
  return readRun(tx, lineage[0] ?? parent)?.hops ?? undefined
}

/**
 * Where a file comes from that somebody just put into this handoff folder: from every run that could have written it,
 * and without any from a person.
 */
export function originIn(
  { path, name }: { readonly path: string; readonly name: string },
  suspects: readonly Suspect[],
  agents: readonly AgentConfig[],
): Origin {
  const from = parseFolder(name)?.from
  const writers = suspects.filter(({ agent, workspace, workDir }) => {
    const known = agents.find((one) => one.name === agent)
    const writable = [workspace, workDir, ...(known?.isolation.readWrite ?? [])]
    // Whom the folder names may have reached it without a right to: one that nothing keeps from it.
    const isNamed = from === agent || (known !== undefined && from === known.slug)
    return isNamed || writable.some((place) => isInside(path, place))
  })
  return originOf(writers.map(({ hops, startsLineage }) => ({ hops: hops ?? undefined, startsLineage })))
}
