/** Which task and handoff files were taken in already, over restarts. Parts of a caller's transaction. */
import type { Tx } from '../../platform/sqlite.ts'

/** Fingerprint by absolute path. */
export function readSeen(tx: Tx): Map<string, string> {
  return new Map(
    tx
      .all('select path, fingerprint from seen')
      .map((row) => [String(row['path']), String(row['fingerprint'])]),
  )
}

/** The handoffs below a folder as they were taken in, with the hops of where they come from. */
export function seenBelow(
  tx: Tx,
  folder: string,
): Map<string, { readonly fingerprint: string; readonly hops: number }> {
  const rows = tx.all('select * from seen where path > ? and path < ?', `${folder}/`, `${folder}0`)
  return new Map(
    rows.map((row) => [
      String(row['path']),
      { fingerprint: String(row['fingerprint']), hops: Number(row['hops'] ?? 0) },
    ]),
  )
}

const HANDOFFS_KNOWN = 'handoffs_to_people_known'

/** Whether handoffs to a person were looked at before: at the first look all that lie there are old. */
export function knowsHandoffsToPeople(tx: Tx): boolean {
  return tx.get('select 1 from meta where key = ?', HANDOFFS_KNOWN) !== undefined
}

export function markHandoffsToPeople(tx: Tx): void {
  tx.run("insert or ignore into meta (key, value) values (?, '1')", HANDOFFS_KNOWN)
}

/** Whether a file was taken in just as it is now. */
export function isSeen(tx: Tx, path: string, fingerprint: string): boolean {
  return tx.get('select 1 from seen where path = ? and fingerprint = ?', path, fingerprint) !== undefined
}

/** `hops`: of a handoff, how far the chain goes that it comes from. */
export function markSeen(tx: Tx, path: string, fingerprint: string, at: number, hops?: number): void {
  const sql = `insert into seen (path, fingerprint, at, hops) values (?, ?, ?, ?)
    on conflict (path) do update set fingerprint = excluded.fingerprint, at = excluded.at, hops = excluded.hops`
  tx.run(sql, path, fingerprint, at, hops ?? null)
}

/** The file is gone: one of the same name would be new again. */
export function forgetSeen(tx: Tx, path: string): void {
  tx.run('delete from seen where path = ?', path)
}
