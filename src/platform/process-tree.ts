// Which processes belong together, from one look at all of them. Pure.
import type { ProcessRow } from './processes.ts'

/** Everything that descends from the processes `roots`, without them: nearest first. Zombies are left out, their children are not. */
export function descendants(rows: readonly ProcessRow[], roots: readonly number[]): ProcessRow[] {
  const children = Map.groupBy(rows, (row) => row.parent)
  const seen = new Set(roots)
  const found: ProcessRow[] = []
  for (const pid of seen) {
    for (const child of children.get(pid) ?? []) {
      if (seen.has(child.pid)) continue
      seen.add(child.pid) // A set hands out what is added while it is walked.
      found.push(child)
    }
  }
  return found.filter((row) => !row.zombie)
}

/** What stands in the process group or in the session that the process `leader` opened, the leader included. */
export function groupMembers(rows: readonly ProcessRow[], leader: number): ProcessRow[] {
  return rows.filter((row) => !row.zombie && (row.group === leader || row.session === leader))
}

/**
 * Those that did not begin before `startTime`: nothing that a process began is older than itself. All of them when that
 * cannot be told, because the time is not known or is the text of `ps`.
 */
export function startedSince(rows: readonly ProcessRow[], startTime: string | undefined): ProcessRow[] {
  const since = Number(startTime)
  return rows.filter((row) => !(Number(row.startTime) < since))
}
