import type { Tx } from '../../src/platform/sqlite.ts'

/** A run on record: the columns that are named, and something in all others that a row must have. */
export function insertRunRow(tx: Tx, known: Readonly<Record<string, string | number>>): void {
  const columns = tx.all('select name, "notnull" as needed, dflt_value from pragma_table_info(\'runs\')')
  const needed = columns.filter(
    (one) => known[String(one['name'])] !== undefined || (one['needed'] === 1 && one['dflt_value'] === null),
  )
  const names = needed.map((one) => String(one['name']))
  tx.run(
    `insert into runs (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    ...names.map((name) => known[name] ?? '0'),
  )
}
