/** Which finished tasks were told of, over restarts. Each function is a part of a transaction of its caller. */
import type { Tx } from '../platform/sqlite.ts'

/** Remembers a finished task by its path. False when it was told of before. */
export function markFinished(tx: Tx, path: string, at: number): boolean {
  return tx.run('insert into finished (path, at) values (?, ?) on conflict do nothing', path, at).changes > 0
}

/** Forgets those of a folder that lie there no more: a task that is queued again can be finished again. */
export function forgetReturned(tx: Tx, folder: string, names: ReadonlySet<string>): void {
  // All paths below the folder, from the index: "0" comes right behind "/".
  for (const row of tx.all(
    'select path from finished where path > ? and path < ?',
    `${folder}/`,
    `${folder}0`,
  )) {
    const path = String(row['path'])
    if (!names.has(path.slice(folder.length + 1))) tx.run('delete from finished where path = ?', path)
  }
}

/** Forgets those that were told of before `before` (epoch ms): nothing that old comes as news. */
export function forgetFinished(tx: Tx, before: number): void {
  tx.run('delete from finished where at < ?', before)
}
