/** The steps of the schema for roles, delegation and handoffs. */
import type { Migration } from '../../platform/sqlite.ts'

/** In the order of their numbers. */
export const roles: readonly Migration[] = [
  {
    number: 11,
    // Who asks at the agents' door, and what runs asked for: both must hold for whoever takes the runs over.
    sql: `
create table tokens (
  hash text primary key,
  run text not null unique references runs (id) on delete cascade
);
create table delegations (
  run text primary key,
  root text not null,
  parent text not null,
  agent text not null,
  role text not null,
  lineage text not null,
  roles text not null,
  tick_name text not null,
  detached integer not null,
  task text not null,
  state text not null,
  asked_at integer not null,
  deadline text not null,
  ended_at integer,
  failure text
);
create index delegation_root on delegations (root, asked_at);
create index delegation_parent on delegations (parent);
create index delegation_agent on delegations (agent, ended_at);
create index delegation_open on delegations (agent) where state <> 'ended';
`,
  },
  {
    number: 12,
    // Who really sent a handoff, how far its chain of wakes goes, and what a run was given of them: for whoever takes over.
    sql: `
create table handoffs (
  id integer primary key autoincrement,
  path text not null unique,
  digest text not null,
  agent text,
  role text,
  run text,
  receiver text not null,
  title text not null,
  hops integer not null,
  starts_lineage integer not null,
  wake integer not null,
  at integer not null,
  -- What is to be written, until it is.
  content text,
  ended_at integer,
  ended_path text
);
create index handoff_unwritten on handoffs (id) where content is not null;
create index handoff_run on handoffs (run);
create index handoff_digest on handoffs (digest);
create index handoff_ended on handoffs (ended_at);
create index handoff_ended_path on handoffs (ended_path);
-- Files that a run was given and did its work on: they are to be moved away.
create table given_handoffs (
  path text primary key,
  fingerprint text not null,
  stuck integer not null default 0
);
alter table runs add column handoffs text;
alter table runs add column hops integer;
alter table runs add column starts_lineage integer;
-- 1 until the handoff folders were looked at after its end: what is found there then may be its own.
alter table runs add column unlooked integer;
create index run_unlooked on runs (id) where unlooked = 1;
alter table seen add column hops integer;
`,
  },
  {
    number: 13,
    // Whether the agent CLI has shown that its guards are in force: a daemon that takes the run over goes on looking.
    sql: 'alter table runs add column guard text;',
  },
]
