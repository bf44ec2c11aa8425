/** The steps of the schema for the board. */
import type { Migration } from '../../platform/sqlite.ts'

/** In the order of their numbers. */
export const board: readonly Migration[] = [
  {
    number: 14,
    // The board. Whether a task can be claimed is counted when what it waits for changes, so that claiming reads one index entry.
    sql: `
create table tasks (
  number integer primary key autoincrement,
  id text not null unique,
  project text not null,
  title text not null,
  body text not null,
  priority integer not null,
  labels text not null,
  role text not null,
  verification text,
  review integer not null,
  attempts_max integer not null,
  attempts text,
  generation integer not null,
  claimed_at integer,
  created_by text not null,
  created_at integer not null,
  updated_at integer not null,
  not_before integer,
  waits_for integer not null,
  dead_ends integer not null,
  status text not null,
  state text not null
);
create index task_ready on tasks (project, role, priority desc, number)
  where status = 'todo' and waits_for = 0 and not_before is null;
create index task_claimed on tasks (number) where status = 'claimed';
create index task_not_before on tasks (not_before) where not_before is not null;
create table task_edges (
  dependency text not null references tasks (id) on delete cascade,
  task text not null references tasks (id) on delete cascade,
  primary key (dependency, task)
) without rowid;
create index task_edge_task on task_edges (task);
create table task_records (
  number integer primary key autoincrement,
  task text not null references tasks (id) on delete cascade,
  kind text not null,
  name text,
  path text,
  text text not null,
  by_party text not null,
  at integer not null
);
create index task_record_task on task_records (task, number);
`,
  },
]
