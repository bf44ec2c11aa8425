/** Owns the form of the report: what the operator is told of a period. */
import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'
import { ChangesView } from './runs.ts'
import { EventView } from './status.ts'

const time = (about: string) => z.string().describe(`${about} (ISO 8601, UTC).`)
const count = (about: string) => z.int().describe(about)

/** One thing that waits for the operator. */
export const NeedView = z
  .object({
    kind: z.enum([
      'daemon',
      'paused',
      'configuration',
      'authentication',
      'breaker',
      'no-progress',
      'limit',
      'handoff',
      'worktree',
      'isolation',
      'step',
    ]),
    agent: z.string().nullable().describe('Null: it is about all of them, or about marrow itself.'),
    what: z.string().describe('What it is, in a sentence without a full stop.'),
    since: time('Since when').nullable().describe('Since when (ISO 8601, UTC); null: not known.'),
    fix: z.string().describe('The command that resolves it, or what to do.'),
  })
  .meta({ id: 'Need', description: 'One thing that waits for the operator.' })
export type NeedView = z.infer<typeof NeedView>

const spent = {
  tokens: z.number().nullable().describe('Null: none is known.'),
  tokens_about: z.boolean().describe('Whether a part of the tokens is an estimate.'),
  cost_usd: z.number().nullable().describe('US dollars; null when no agent CLI told any.'),
}

const Failure = z.object({
  reason: z.string().describe('How the runs or ticks ended, in a sentence.'),
  count: z.int(),
  run: z.string().nullable().describe('The last of the runs; null for ticks that came to no run.'),
})

/** What one agent did in the period. */
export const AgentReport = z
  .object({
    name: z.string(),
    ticks: count('Ticks that began.'),
    runs: count('Runs that ended.'),
    succeeded: count('Runs that succeeded.'),
    failed: count('Runs and ticks that failed.'),
    failures: z.array(Failure).describe('Most frequent first, at most ten; `failed` counts the others too.'),
    stopped: count('Runs that the operator or a stop ended: neither succeeded nor failed.'),
    quiet: count('Ticks without a run: nothing was new.'),
    saved_tokens: z.number().describe('Tokens (about) that the quiet ticks did not spend.'),
    held: count('Slots that were held back.'),
    held_because: z.array(z.string()).describe('Why, most frequent first, at most ten.'),
    ...spent,
    day_before: z
      .object({ runs: z.int(), ...spent })
      .nullable()
      .describe(
        'The same hours of the day before, or the equally long time before; null when the journal does not reach back so far.',
      ),
    running: z
      .object({ run: z.string(), since: time('When it started').nullable() })
      .nullable()
      .describe('Its open run.'),
  })
  .meta({ id: 'AgentReport', description: 'What one agent did in the period.' })
export type AgentReport = z.infer<typeof AgentReport>

const TaskReport = z.object({
  at: time('When marrow saw it'),
  agent: z.string().nullable(),
  run: z.string().nullable(),
  file: z.string().describe('Its name in `tasks/done`.'),
  title: z.string(),
})

const RunChanges = z.object({
  run: z.string(),
  agent: z.string(),
  ended_at: time('When the run ended'),
  work_dir: z.string(),
  changes: ChangesView,
})

const Downtime = z.object({
  from: time('The last sign of life before it'),
  to: time('When the next daemon started').nullable().describe('Null: none runs.'),
  stopped: z.boolean().describe('Whether the daemon was stopped; false: it left no word.'),
})

/** What marrow did without being asked. */
const ByItself = z.object({
  starts: count('How often a daemon started.'),
  adopted: count('Runs that a new daemon took over.'),
  finished: count('Runs that had ended while no daemon ran.'),
  lost: count('Runs that were gone without an exit code.'),
  unstarted: count('Runs that had never begun and were assembled again.'),
  downtime: z.array(Downtime).describe('When no daemon ran, for half a minute or longer.'),
  caught_up: count('Ticks that came late, after sleep, downtime or a longer run.'),
  missed_slots: count('Slots that passed without a tick before those ticks.'),
  asleep_ms: z.number().describe('How long the machine slept while a daemon was up (ms).'),
  events: z
    .array(EventView)
    .describe(
      'Starts, cool-downs, waits for a rate limit, configurations and notices that failed, oldest first: of the newest hundred.',
    ),
})

/** The whole report. */
export const Report = z
  .object({
    from: time('The begin of the period'),
    to: time('Its end'),
    made_at: time('When this was found out; what waits is as of then'),
    journal_from: time('Set when the journal begins later than the period')
      .nullable()
      .describe('Since when anything is known, if that is later than `from` (ISO 8601, UTC).'),
    daemon: z.boolean().describe('Whether a daemon runs.'),
    verdict: z.object({
      well: z.boolean().describe('Nothing waits for the operator, nothing failed, a daemon ran.'),
      line: z.string().describe('All of it in one line.'),
    }),
    needs: z.array(NeedView).describe('What waits for the operator.'),
    agents: z.array(AgentReport).describe('In the order of the configuration.'),
    tasks: z.array(TaskReport).describe('Tasks that were finished, oldest first: the newest hundred.'),
    tasks_finished: count('How many there were.'),
    changes: z
      .array(RunChanges)
      .describe('What each run changed, as far as it is still on record, oldest first: the newest fifty.'),
    changed_runs: count('How many runs changed something.'),
    by_itself: ByItself.describe('What marrow did without being asked.'),
  })
  .meta({ id: 'Report', description: 'What happened in a period, and what waits for the operator.' })
export type Report = z.infer<typeof Report>

export const reportVerbs = {
  report: entry({
    route: routes.report,
    who: 'operator',
    about:
      'What happened in a period and what waits for the operator. Remembers when it was asked, for the next `since=last`.',
    tool: {
      about:
        'What happened since the operator last asked, and what waits for the operator: one verdict first, then by agent.',
    },
    params: z.object({
      since: z
        .string()
        .max(100)
        .default('last')
        .describe(
          '`last`: since it was asked last, the first time 24 h; `yesterday`: that day; `12h`: so long ago; or a time.',
        ),
    }),
    result: Report,
  }),
}
