import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'
import { LayerView } from './agents.ts'

export const RunView = z.object({
  id: z.string(),
  agent: z.string(),
  tick: z.string(),
  state: z.enum(['recorded', 'running', 'ending', 'settling', 'ended']),
  adapter: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  outcome: z.string().nullable(),
  ok: z.boolean().nullable(),
  tokens: z.number().nullable(),
  cost_usd: z.number().nullable(),
})
export type RunView = z.infer<typeof RunView>

export const RunDetail = RunView.extend({
  role: z.string().nullable(),
  lineage: z.array(z.string()),
  words: z.array(z.string()),
  pid: z.number().nullable(),
  work_dir: z.string(),
  folder: z.string(),
  usage: z
    .object({ input: z.number(), output: z.number(), cache_read: z.number(), cache_write: z.number() })
    .nullable(),
  cli_session: z.string().nullable(),
  result: z.string().nullable(),
  causes: z.array(z.string()),
  layers: z.array(LayerView),
  prompt_bytes: z.number(),
  core_digest: z.string(),
  operator_digest: z.string(),
  /** `head` before and after in a git work_dir; `changed` when head or status differ. */
  git: z.object({ before: z.string(), after: z.string().nullable(), changed: z.boolean() }).nullable(),
})
export type RunDetail = z.infer<typeof RunDetail>

export const runVerbs = {
  runs: entry({
    route: routes.runs,
    who: 'operator',
    about: 'The last runs, newest first.',
    params: z.object({
      agent: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(20),
    }),
    result: z.object({ runs: z.array(RunView) }),
  }),
  showRun: entry({
    route: routes.showRun,
    who: 'operator',
    about:
      'Everything on record of one run, named by its id or a unique part of it; an agent names its last run.',
    params: z.object({ id: z.string('id is required').min(1) }),
    result: RunDetail,
  }),
  readLog: entry({
    route: routes.readLog,
    who: 'operator',
    about: 'A part of what a run printed, from `offset` (bytes; negative counts from the end).',
    params: z.object({
      id: z.string('id is required').min(1),
      stream: z.enum(['stdout', 'stderr', 'prompt']).default('stdout'),
      offset: z.coerce.number().int().default(0),
      limit: z.coerce.number().int().min(1).max(1_048_576).default(65_536),
    }),
    result: z.object({
      run: z.string(),
      text: z.string(),
      next_offset: z.number(),
      size: z.number(),
      ended: z.boolean(),
    }),
  }),
  cancel: entry({
    route: routes.cancel,
    who: 'operator',
    about: 'Ends one run and its whole process tree; does not count for the breaker.',
    params: z.object({ target: z.string('target is required').min(1) }),
    result: z.object({ ok: z.literal(true), run: z.string() }),
  }),
}

export const daemonVerbs = {
  stop: entry({
    route: routes.stop,
    who: 'operator',
    about: 'Stops the daemon: no new work, runs get their grace, then are ended and recorded.',
    params: z.object({}),
    result: z.object({ ok: z.literal(true), pid: z.number() }),
  }),
  restart: entry({
    route: routes.restart,
    who: 'operator',
    about: 'Hands over: the daemon leaves, every run goes on and is adopted by the next daemon.',
    params: z.object({}),
    result: z.object({ ok: z.literal(true), pid: z.number() }),
  }),
}
