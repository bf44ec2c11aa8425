/** The first steps of the schema: agents, ticks, runs, events, limits, notices, worktrees. */
import type { Migration } from '../../platform/sqlite.ts'

/** In the order of their numbers. */
export const heart: readonly Migration[] = [
  {
    number: 1,
    sql: `
create table agents (
  name text primary key,
  schedule_key text not null,
  first_at integer not null,
  due_wall integer, due_mono integer, due_boot text,
  tick_count integer not null default 0,
  quiet_count integer not null default 0,
  saved_tokens integer not null default 0,
  missed_count integer not null default 0,
  breaker text not null,
  progress text,
  last_success text,
  agent_wake text,
  paused text
);
create table ticks (
  id integer primary key autoincrement,
  agent text not null,
  number integer not null,
  state text not null,
  causes text not null,
  forced integer not null,
  due_at integer not null,
  begun_at integer not null,
  missed integer not null,
  run text,
  ended_at integer,
  outcome text,
  core_digest text,
  operator_digest text,
  unique (agent, number)
);
-- Never two open ticks of one agent, whatever the program does.
create unique index tick_open on ticks (agent) where state <> 'ended';
create index tick_ended on ticks (ended_at);
create table runs (
  id text primary key,
  agent text not null,
  tick integer not null,
  tick_name text not null,
  role text,
  lineage text not null,
  adapter text not null,
  words text not null,
  work_dir text not null,
  workspace text not null,
  state text not null,
  pid integer, pid_start text, pid_boot text,
  recorded_at integer not null,
  started_at integer,
  deadline text not null,
  ending text,
  ended_at integer,
  outcome text,
  reading text,
  causes text not null,
  layers text not null,
  digests text not null,
  prompt_bytes integer not null,
  core_digest text not null,
  operator_digest text not null,
  git_before text,
  git_after text,
  world_before text
);
create index run_agent on runs (agent, recorded_at);
create index run_open on runs (state) where state <> 'ended';
create table triggers (
  id integer primary key autoincrement,
  agent text not null,
  cause text not null,
  by_agent integer not null,
  wakes integer not null,
  path text,
  reason text not null,
  prompt text,
  at integer not null,
  attempts integer not null default 0,
  not_before text,
  tick integer
);
create index trigger_agent on triggers (agent);
-- Files that were taken in: a task or handoff that is not here is new.
create table seen (
  path text primary key,
  fingerprint text not null,
  at integer not null
);
create table events (
  id integer primary key autoincrement,
  at integer not null,
  kind text not null,
  agent text,
  run text,
  data text not null
);
create index event_at on events (at);
`,
  },
  {
    number: 2,
    // Wakes are found by their file when it is told of again or goes: without this, many files at once take minutes.
    sql: 'create index trigger_path on triggers (path);',
  },
  {
    number: 3,
    // Pages of the journal by kind, agent or run are asked for while runs go on: each must be found without a scan.
    sql: `
create index event_kind on events (kind);
create index event_agent on events (agent, kind);
create index event_run on events (run) where run is not null;
`,
  },
  {
    number: 4,
    // The plan of every pass sums up the pending wakes: from the index alone, however many there are.
    sql: `create index trigger_pending on triggers (agent, cause, by_agent, wakes, not_before, at)
  where tick is null`,
  },
  {
    number: 5,
    // How a run is limited and what it was started behind: the daemon that takes it over looks after it by the same means.
    sql: 'alter table runs add column limits text; alter table runs add column wall text;',
  },
  {
    number: 6,
    // What each run spent, for longer than the run itself is kept: the limits of a day must not depend on retention.
    sql: `
alter table runs add column about_tokens integer;
create table spending (
  run text primary key,
  agent text not null,
  at integer not null,
  tokens integer not null,
  tokens_about integer not null,
  usd real,
  usd_about integer not null,
  ended integer not null
);
create index spending_at on spending (at);
create index spending_agent on spending (agent, at);
insert into spending
  select id, agent, recorded_at,
    coalesce(
      json_extract(reading, '$.usage.inputTokens') + json_extract(reading, '$.usage.outputTokens')
        + json_extract(reading, '$.usage.cacheReadTokens') + json_extract(reading, '$.usage.cacheWriteTokens'),
      (prompt_bytes + 3) / 4
    ),
    json_extract(reading, '$.usage') is null,
    json_extract(reading, '$.costUsd'), 0, state = 'ended'
  from runs where coalesce(json_extract(outcome, '$.kind'), '') <> 'unspawnable';
`,
  },
  {
    number: 7,
    // What the operator is told, and how far it got with each destination: one that is down neither holds up nor doubles another.
    sql: `
create table notices (
  id integer primary key autoincrement,
  key text not null,
  kind text not null,
  at integer not null,
  opened_at integer not null,
  ready_at integer not null,
  count integer not null,
  body text not null,
  closed integer not null default 0,
  title text,
  text text
);
create index notice_key on notices (key, id);
create index notice_open on notices (id) where closed = 0;
create table deliveries (
  notice integer not null,
  destination text not null,
  state text not null,
  attempts integer not null default 0,
  not_before text,
  error text,
  ended_at integer,
  primary key (notice, destination)
);
create index delivery_waiting on deliveries (notice) where state = 'waiting';
create index delivery_error on deliveries (destination, notice) where error is not null;
create index delivery_sent on deliveries (destination, notice) where state = 'sent';
`,
  },
  {
    number: 8,
    // Which run was given a wake: whoever waits for its answer asks after the wake itself is gone.
    sql: `
create table wake_runs (wake integer primary key, run text not null references runs (id) on delete cascade);
create index wake_run on wake_runs (run);
`,
  },
  {
    number: 9,
    // What a run changed, for the report; and the finished tasks that were told of, so that each is told of once.
    sql: `
alter table runs add column changes text;
create table finished (
  path text primary key,
  at integer not null
);
`,
  },
  {
    number: 10,
    // Which worktrees are marrow's own: only these are ever removed.
    sql: `create table worktrees (
  path text primary key,
  agent text not null,
  slug text not null,
  workspace text not null,
  repository text not null,
  branch text not null,
  isolation text not null,
  made_at integer,
  kept text
);`,
  },
]
