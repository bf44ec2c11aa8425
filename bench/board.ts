/** Measures how fast the board hands out tasks and takes them back, beside a board that looks for what is ready by reading it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrations, READABLE_FROM } from '../src/daemon/migrations.ts'
import { appendEvent } from '../src/observability/store.ts'
import { migrate, openDatabase, type Database } from '../src/platform/sqlite.ts'
import { addEdge } from '../src/tasks/store/edges.ts'
import { changeTask, claimNext } from '../src/tasks/store/board.ts'
import { insertTask } from '../src/tasks/store/rows.ts'
import { TaskId, type Party, type TaskState } from '../src/tasks/task.ts'
import { sampleTask } from '../test/helpers/sample-task.ts'
import type { Figure } from './report.ts'

const SIZES = [
  { tasks: 10_000, pairs: 2_000, naivePairs: 200, ratioMin: 30 },
  { tasks: 100_000, pairs: 2_000, naivePairs: 40, ratioMin: 200 },
] as const

const worker: Party = { kind: 'run', run: 'worker-1', agent: 'worker' }

/** Claim and completion, with the journal, of a board of which half is done; each task waits for up to three others. */
export async function board(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { tasks, pairs, naivePairs, ratioMin } of SIZES) {
    const dir = mkdtempSync(join(tmpdir(), 'mwb-'))
    try {
      const ours = await ourRate(join(dir, 'ours.db'), tasks, pairs)
      const naive = naiveRate(join(dir, 'naive.db'), tasks, naivePairs)
      figures.push({
        name: `claim and completion, ${tasks.toLocaleString('en')} tasks`,
        unit: '/s',
        subject: ours,
        baseline: naive,
        ratioMin,
      })
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  return figures
}

/** What a task waits for: up to three of those before it, the same for both boards. */
function dependenciesAt(index: number): number[] {
  return [...new Set([1, 7, 31].slice(0, index % 4).map((step) => index - step))].filter((one) => one >= 0)
}

function idAt(index: number): TaskId {
  const letters = Array.from(
    { length: 8 },
    (_, place) => 'abcdefghijklmnopqrstuvwxyz234567'[(index >> (5 * place)) & 31],
  )
  return TaskId.parse(`t-${letters.join('')}`)
}

async function ourRate(path: string, count: number, pairs: number): Promise<number> {
  const db = openDatabase(path, { readOnly: false })
  migrate(db.raw, migrations, READABLE_FROM)
  await fill(db, count)
  const startedAt = performance.now()
  for (let pair = 0; pair < pairs; pair += 1) {
    const task = await db.write((tx) => {
      const at = Date.now()
      const claimed = claimNext(
        tx,
        { project: 'default', roles: [], labels: [] },
        { by: worker, at, lease: undefined },
      )
      appendEvent(tx, at, 'task.added', {}, { file: claimed?.id ?? '', title: 'claimed' })
      return claimed
    })
    await db.write((tx) => {
      const at = Date.now()
      changeTask(tx, task?.id ?? '', { kind: 'finish', result: 'done' }, { by: worker, at })
      appendEvent(tx, at, 'task.finished', {}, { file: task?.id ?? '', title: 'done' })
    })
  }
  const rate = (1_000 * pairs) / (performance.now() - startedAt)
  db.close()
  return rate
}

async function fill(db: Database, count: number): Promise<void> {
  await db.write((tx) => {
    for (let index = 0; index < count; index += 1) {
      const isDone = index < count / 2
      const state: TaskState = isDone
        ? { status: 'done', result: '', by: worker, at: index }
        : { status: 'todo' }
      const [title, body] = [`Task ${index}`, 'What is to be done.']
      insertTask(
        tx,
        sampleTask({ id: idAt(index), title, body, priority: index % 5, createdAt: index, state }),
      )
      if (!isDone)
        for (const one of dependenciesAt(index)) addEdge(tx, { task: idAt(index), dependency: idAt(one) })
    }
  })
}

/** The same tasks with the same ids. Dependencies as JSON in the row, and a transaction that keeps everybody out while it looks through them. */
function naiveRate(path: string, count: number, pairs: number): number {
  const db = new DatabaseSync(path)
  db.exec(`pragma journal_mode = wal; pragma synchronous = normal;
    create table task (id text primary key, title text, body text, status text, priority int, created int, owner text, result text, depends_on text)`)
  const insert = db.prepare('insert into task values (?, ?, ?, ?, ?, ?, null, null, ?)')
  db.exec('begin')
  for (let index = 0; index < count; index += 1) {
    const status = index < count / 2 ? 'DONE' : 'TODO'
    const waits = JSON.stringify(dependenciesAt(index).map(idAt))
    insert.run(idAt(index), `Task ${index}`, 'What is to be done.', status, index % 5, index, waits)
  }
  db.exec('commit')
  const find =
    db.prepare(`select id from task where status = 'TODO' and not exists (select 1 from json_each(depends_on) as one
    join task as other on other.id = one.value where other.status <> 'DONE') order by priority desc, created limit 1`)
  const claim = db.prepare(`update task set status = 'IN_PROGRESS', owner = ? where id = ?`)
  const finish = db.prepare(`update task set status = 'DONE', result = ? where id = ? and owner = ?`)
  const startedAt = performance.now()
  for (let pair = 0; pair < pairs; pair += 1) {
    db.exec('begin exclusive')
    const id = String(find.get()?.['id'])
    claim.run('worker', id)
    db.exec('commit')
    db.exec('begin exclusive')
    finish.run('done', id, 'worker')
    db.exec('commit')
  }
  const rate = (1_000 * pairs) / (performance.now() - startedAt)
  db.close()
  return rate
}
