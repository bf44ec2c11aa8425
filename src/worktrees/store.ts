/** The worktrees that marrow made: no other one is ever touched. */
import { mustReadJson, type Row, type Tx } from '../platform/sqlite.ts'
import type { Worktree } from './worktree.ts'

export function readWorktrees(tx: Tx): Worktree[] {
  return tx.all('select * from worktrees order by path').map(parse)
}

/** Whether the store can hold any: that of an older program cannot. */
export function hasWorktrees(tx: Tx): boolean {
  return tx.get("select 1 from sqlite_master where name = 'worktrees'") !== undefined
}

export function readWorktree(tx: Tx, path: string): Worktree | undefined {
  const row = tx.get('select * from worktrees where path = ?', path)
  return row && parse(row)
}

/** Before anything is made: so that whatever a crash leaves is known to be marrow's. */
export function insertWorktree(tx: Tx, worktree: Omit<Worktree, 'madeAt' | 'kept'>): void {
  const { path, agent, slug, workspace, repository, branch, isolation } = worktree
  const sql = `insert into worktrees (path, agent, slug, workspace, repository, branch, isolation)
    values (?, ?, ?, ?, ?, ?, ?)`
  tx.run(sql, path, agent, slug, workspace, repository, branch, JSON.stringify(isolation))
}

/** It is complete; undefined: it has to be made again. */
export function setMade(tx: Tx, path: string, at: number | undefined): void {
  tx.run('update worktrees set made_at = ? where path = ?', at ?? null, path)
}

/** Why it is kept; undefined: it is wanted again. */
export function setKept(tx: Tx, path: string, kept: string | undefined): void {
  tx.run('update worktrees set kept = ? where path = ?', kept ?? null, path)
}

export function forgetWorktree(tx: Tx, path: string): void {
  tx.run('delete from worktrees where path = ?', path)
}

function parse(row: Row): Worktree {
  const madeAt = row['made_at']
  const kept = row['kept']
  return {
    path: String(row['path']),
    agent: String(row['agent']),
    slug: String(row['slug']),
    workspace: String(row['workspace']),
    repository: String(row['repository']),
    branch: String(row['branch']),
    isolation: mustReadJson(row['isolation']),
    madeAt: typeof madeAt === 'number' ? madeAt : undefined,
    kept: typeof kept === 'string' ? kept : undefined,
  }
}
