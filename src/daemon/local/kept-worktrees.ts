/** Reads which worktrees are kept, whether a daemon runs or not. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptWorktree } from '../../checks/observed.ts'
import { openDatabase } from '../../platform/sqlite.ts'
import { keptWorktrees } from '../worktrees.ts'

/** None where there is no store, or one that doctor says more important things of. */
export async function keptIn(stateDir: string): Promise<readonly KeptWorktree[]> {
  const path = join(stateDir, 'marrow.db')
  if (!existsSync(path)) return []
  try {
    const store = openDatabase(path, { readOnly: true })
    try {
      return await store.read((tx) => keptWorktrees(tx))
    } finally {
      store.close()
    }
  } catch {
    return [] // The look at the store itself finds the same and tells of it.
  }
}
