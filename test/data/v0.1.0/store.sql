CREATE TABLE meta (key text primary key, value text not null);
CREATE TABLE agents (
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
CREATE TABLE ticks (
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
CREATE UNIQUE INDEX tick_open on ticks (agent) where state <> 'ended';
CREATE INDEX tick_ended on ticks (ended_at);
CREATE TABLE runs (
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
CREATE INDEX run_agent on runs (agent, recorded_at);
CREATE INDEX run_open on runs (state) where state <> 'ended';
CREATE TABLE triggers (
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
CREATE INDEX trigger_agent on triggers (agent);
CREATE TABLE seen (
  path text primary key,
  fingerprint text not null,
  at integer not null
);
CREATE TABLE events (
  id integer primary key autoincrement,
  at integer not null,
  kind text not null,
  agent text,
  run text,
  data text not null
);
CREATE INDEX event_at on events (at);
insert into meta (key, value) values ('schema', '1');
insert into meta (key, value) values ('readable_from', '1');
insert into meta (key, value) values ('paused', '{"since":1795161600000,"reason":"by the operator","by":"operator"}');
insert into agents (name, schedule_key, first_at, due_wall, due_mono, due_boot, tick_count, quiet_count, saved_tokens, missed_count, breaker, progress, last_success, agent_wake, paused) values ('scout', '[{"kind":"interval","intervalMs":300000},null]', 1795161600000, 1795161600000, 5000000, 'made-boot', 2, 0, 0, 2, '{"state":"limited","times":1,"until":1795165200000,"reason":"rate limit: quota"}', '{"attempts":2,"retryAt":{"wall":1795162500000,"mono":5900000,"boot":"made-boot"},"fingerprint":"feedfeedfeedfeed"}', '{"at":1795161600000,"digests":{"Core Rules":"35daa4705e2d1478"}}', '{"wall":1795161601000,"mono":5001000,"boot":"made-boot"}', null);
insert into agents (name, schedule_key, first_at, due_wall, due_mono, due_boot, tick_count, quiet_count, saved_tokens, missed_count, breaker, progress, last_success, agent_wake, paused) values ('refit', '[{"kind":"interval","intervalMs":302400000},null]', 1795161600050, 1795161600050, 5000050, 'made-boot', 0, 0, 0, 0, '{"state":"closed","failures":0}', null, null, null, '{"since":1795161600000,"reason":"holiday"}');
insert into ticks (id, agent, number, state, causes, forced, due_at, begun_at, missed, run, ended_at, outcome, core_digest, operator_digest) values (1, 'scout', 1, 'ended', '["schedule"]', 0, 1795161600000, 1795161600000, 0, 'scout-20261120-080000-000-abcd', 1795161660000, '{"kind":"ran","ok":false,"detail":"failed: quota"}', '0eaf91b7297b3674', 'eda8fd94d9ddb840');
insert into ticks (id, agent, number, state, causes, forced, due_at, begun_at, missed, run, ended_at, outcome, core_digest, operator_digest) values (2, 'scout', 2, 'running', '["operator"]', 0, 1795161720000, 1795161720000, 2, 'scout-20261120-080200-000-efgh', null, null, null, null);
insert into runs (id, agent, tick, tick_name, role, lineage, adapter, words, work_dir, workspace, state, pid, pid_start, pid_boot, recorded_at, started_at, deadline, ending, ended_at, outcome, reading, causes, layers, digests, prompt_bytes, core_digest, operator_digest, git_before, git_after, world_before) values ('scout-20261120-080000-000-abcd', 'scout', 1, 'scout#1', 'scout', '[]', 'opencode', '["opencode","run","--format","json"]', '/srv/team', '/srv/team', 'ended', 4242, '99', 'made-boot', 1795161600000, 1795161600000, '{"wall":1795162100000,"mono":5500000,"boot":"made-boot"}', null, 1795161660000, '{"kind":"failed","exitCode":1,"reason":"rate-limit","detail":"quota","until":1795165200000}', '{"result":"no","usage":{"inputTokens":10,"outputTokens":2,"cacheReadTokens":0,"cacheWriteTokens":0},"costUsd":0.01,"cliSession":"ses_1","failure":{"reason":"rate-limit","detail":"quota","until":1795165200000}}', '["schedule"]', '[{"kind":"rules","name":"Core Rules","source":"/opt/marrow-core/prompts/rules.md","bytes":3857,"digest":"35daa4705e2d1478","volatile":false,"failed":null}]', '{"Core Rules":"35daa4705e2d1478"}', 6210, '0eaf91b7297b3674', 'eda8fd94d9ddb840', '{"head":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","status":"0123456789abcdef"}', '{"head":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","status":"0123456789abcdef"}', 'feedfeedfeedfeed');
insert into runs (id, agent, tick, tick_name, role, lineage, adapter, words, work_dir, workspace, state, pid, pid_start, pid_boot, recorded_at, started_at, deadline, ending, ended_at, outcome, reading, causes, layers, digests, prompt_bytes, core_digest, operator_digest, git_before, git_after, world_before) values ('scout-20261120-080200-000-efgh', 'scout', 2, 'scout#2', 'scout', '[]', 'opencode', '["opencode","run","--format","json"]', '/srv/team', '/srv/team', 'recorded', null, null, null, 1795161600000, null, '{"wall":1795162100000,"mono":5500000,"boot":"made-boot"}', null, null, null, null, '["schedule"]', '[{"kind":"rules","name":"Core Rules","source":"/opt/marrow-core/prompts/rules.md","bytes":3857,"digest":"35daa4705e2d1478","volatile":false,"failed":null}]', '{"Core Rules":"35daa4705e2d1478"}', 6210, '0eaf91b7297b3674', 'eda8fd94d9ddb840', '{"head":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","status":"0123456789abcdef"}', null, 'feedfeedfeedfeed');
insert into triggers (id, agent, cause, by_agent, wakes, path, reason, prompt, at, attempts, not_before, tick) values (1, 'scout', 'operator', 0, 1, null, 'look', 'at the yard', 1795161600000, 0, null, null);
insert into triggers (id, agent, cause, by_agent, wakes, path, reason, prompt, at, attempts, not_before, tick) values (2, 'refit', 'handoff', 1, 1, '/srv/team/runtime/handoff/scout-to-refit/a.md', 'new handoff', null, 1795161600000, 0, null, null);
insert into seen (path, fingerprint, at) values ('/srv/team/tasks/queue/a.md', 'abc', 1795161600000);
insert into events (id, at, kind, agent, run, data) values (1, 1795161600000, 'work.paused', null, null, '{"reason":"by the operator","by":"operator"}');
