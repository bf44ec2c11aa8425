import { z } from 'zod'
import { guardStates } from '../../runner/guard.ts'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'
import { LayerView } from './agents.ts'

/** One run in a list. */
export const RunView = z
  .object({
    id: z.string(),
    agent: z.string().describe('The agent that is accountable.'),
    role: z.string().nullable().describe('By id; null: it has none.'),
    parent: z.string().nullable().describe('The run that asked for it; null: a tick did.'),
    tick: z.string().describe('`<agent>#<n>`, the tick that it belongs to.'),
    state: z
      .enum(['recorded', 'running', 'ending', 'settling', 'ended'])
      .describe('recorded: not yet started; settling: its process is gone and its output is being read.'),
    adapter: z.string().describe('Which agent CLI it was read as.'),
    started_at: z.string().nullable().describe('ISO 8601, UTC.'),
    ended_at: z.string().nullable().describe('ISO 8601, UTC.'),
    duration_ms: z.number().nullable().describe('From start to end, in milliseconds.'),
    outcome: z.string().nullable().describe('How it ended, in a sentence; null while it goes on.'),
    ok: z.boolean().nullable().describe('Whether it succeeded; null while it goes on.'),
    tokens: z.number().nullable().describe('All tokens; null when the agent CLI reported none.'),
    about_tokens: z
      .number()
      .nullable()
      .describe('Made from the length of what was sent and said, where the agent CLI reported no tokens.'),
    cost_usd: z.number().nullable().describe('US dollars; null when the agent CLI reported none.'),
  })
  .meta({ id: 'RunView', description: 'One run: one agent process that was started.' })
export type RunView = z.infer<typeof RunView>

const UsageView = z.object({
  input: z.number(),
  output: z.number(),
  cache_read: z.number(),
  cache_write: z.number(),
})

const GitView = z.object({
  before: z.string().describe('The head before the run.'),
  after: z.string().nullable().describe('The head after it.'),
  changed: z.boolean().describe('Whether head or status differ.'),
})

/** What a run left behind in the repository of its work_dir. */
export const ChangesView = z
  .object({
    commits: z
      .array(z.object({ id: z.string(), subject: z.string() }))
      .describe('Newest first, at most 50; of a work_dir inside a repository those that touch it.'),
    more_commits: z.int().describe('How many there are besides those.'),
    rewritten: z
      .boolean()
      .describe('The head before is not in the history any more: rewritten, or another branch.'),
    diff: z
      .object({
        files: z.int(),
        insertions: z.int().describe('Lines; of untracked files as many as could be read.'),
        deletions: z.int().describe('Lines.'),
      })
      .nullable()
      .describe(
        'From the head before to the files after, uncommitted and untracked ones too; null when git could not tell.',
      ),
    dirty_before: z
      .boolean()
      .describe(
        'There were uncommitted changes before the run. Files that it did not touch are left out of `diff`; of the others some lines may be older.',
      ),
  })
  .meta({ id: 'Changes', description: 'What a run changed in the repository of its work_dir.' })
export type ChangesView = z.infer<typeof ChangesView>

/** One run of a tree. */
export const TreeRun = z
  .object({
    run: z.string(),
    parent: z.string().nullable().describe('The run that asked for it; null: a tick did.'),
    depth: z.int().describe('How many runs are above it.'),
    agent: z.string().describe('The agent that is accountable.'),
    role: z.string().nullable().describe('By id; null: it has none.'),
    task: z
      .string()
      .nullable()
      .describe('The first line of what it was asked to do; null: a tick’s own run.'),
    state: z.string().describe('waiting, or as of RunView.'),
    outcome: z.string().nullable().describe('How it ended, in a sentence; null while it goes on.'),
    ok: z
      .boolean()
      .nullable()
      .describe('Whether it succeeded; null while it goes on, and when its record is gone.'),
    started_at: z.string().nullable().describe('ISO 8601, UTC.'),
    duration_ms: z.number().nullable().describe('From start to end, in milliseconds.'),
    tokens: z.number().nullable().describe('All tokens; null when the agent CLI reported none.'),
    about_tokens: z
      .number()
      .nullable()
      .describe('Made from lengths, where the agent CLI reported no tokens.'),
    cost_usd: z.number().nullable().describe('US dollars; null when the agent CLI reported none.'),
  })
  .meta({ id: 'TreeRun', description: 'One run with its place in its lineage.' })
export type TreeRun = z.infer<typeof TreeRun>

/** Everything on record of one run. */
export const RunDetail = RunView.extend({
  lineage: z.array(z.string()).describe('The runs that led to this one, first to last.'),
  words: z.array(z.string()).describe('The command with its arguments, without the wall around it.'),
  isolated_by: z
    .enum(['bubblewrap', 'seatbelt'])
    .nullable()
    .describe('What it was started behind; null: nothing.'),
  guard: z
    .enum(guardStates)
    .nullable()
    .describe(
      'Whether its agent CLI showed that what keeps it from starting agents of its own is in force; asked: not yet, or it ended before; null: there is nothing to show.',
    ),
  pid: z.int().nullable(),
  work_dir: z.string(),
  folder: z.string().describe('Where its prompt and its output lie.'),
  usage: UsageView.nullable().describe('Tokens by kind; null when the agent CLI reported none.'),
  cli_session: z
    .string()
    .nullable()
    .describe('The session id of the agent CLI, with which the conversation can be opened again.'),
  result: z.string().nullable().describe('The last words of the agent CLI.'),
  causes: z
    .array(z.string())
    .describe('What made its tick happen: schedule, operator, tasks, handoff, run-once.'),
  layers: z.array(LayerView),
  prompt_bytes: z.int(),
  core_digest: z.string().describe('Stands for the core that the prompt was made with.'),
  operator_digest: z.string().describe('Stands for the operator’s layer that the prompt was made with.'),
  git: GitView.nullable().describe('Null when the work_dir is not in a git repository.'),
  changes: ChangesView.nullable().describe('Null when nothing changed that git could see.'),
}).meta({ id: 'RunDetail', description: 'Everything on record of one run.' })
export type RunDetail = z.infer<typeof RunDetail>

/** One thing that an agent CLI said or did in a run, in the same words for all of them. */
export const StepView = z
  .object({
    kind: z
      .enum(['text', 'tool', 'limit', 'result', 'error'])
      .describe('limit: its model refused for now, and it waited; result: its last words, said to be that.'),
    text: z.string().describe('What was said; of a tool call what the tool was given, on one line.'),
    tool: z.string().nullable().describe('The name of the tool that was called.'),
    failed: z.string().nullable().describe('Why the call did not work; null when it did, or nobody said.'),
    output: z.string().nullable().describe('What the tool gave, on one line; null when nobody said.'),
    ended: z.boolean().nullable().describe('Whether the call has ended; null for all but calls.'),
  })
  .meta({ id: 'StepView', description: 'One thing that an agent CLI said or did.' })
export type StepView = z.infer<typeof StepView>

/** A place in the list of all runs: when one was recorded (ms since 1970), and which of that moment. */
export interface RunPlace {
  readonly at: number
  readonly id: string
}

const place = z
  .string()
  .regex(/^\d{1,15}(\.\S{1,200})?$/, 'is neither 0 nor a next_after')
  .transform((text): RunPlace => {
    const [at = '', ...id] = text.split('.')
    return { at: Number(at), id: id.join('.') }
  })

const runId = z.string('id is required').min(1)

export const runVerbs = {
  runs: entry({
    route: routes.runs,
    who: 'operator',
    about: 'The last runs, newest first; with `after` those behind it, oldest first.',
    tool: {
      about:
        'The last runs, newest first: when each began, how long it took, how it ended, its tokens and its cost.',
    },
    params: z.object({
      agent: z.string().optional().describe('Only runs of this agent.'),
      limit: z.coerce.number().int().min(1).max(1000).default(20).describe('How many at most.'),
      after: place
        .optional()
        .describe(
          'The first runs behind this place: a `next_after`, or ms since 1970 for those that were recorded from then on (0: all).',
        ),
    }),
    result: z.object({
      runs: z.array(RunView),
      next_after: z
        .string()
        .optional()
        .describe('Where the page behind this one begins; missing for the newest.'),
    }),
  }),
  runsTree: entry({
    route: routes.runsTree,
    who: 'operator',
    about: 'Runs that hang together: a tick’s own run, and below it what was handed to other roles.',
    params: z.object({
      id: runId.optional().describe('A run of the tree, as of showRun; missing: the last trees.'),
      limit: z.coerce.number().int().min(1).max(100).default(5).describe('How many trees at most.'),
    }),
    result: z.object({ runs: z.array(TreeRun).describe('Each below the run that asked for it.') }),
  }),
  showRun: entry({
    route: routes.showRun,
    who: 'operator',
    about:
      'Everything on record of one run, named by its id or a unique part of it; an agent names its last run.',
    tool: {
      about:
        'One run in full: why it was started, how it ended, what it spent, whether it changed the repository, and its last words.',
    },
    params: z.object({
      id: runId.describe('The id of a run, a unique part of it, or the name of an agent: its last run.'),
    }),
    result: RunDetail,
  }),
  readLog: entry({
    route: routes.readLog,
    who: 'operator',
    about: 'A part of what a run printed, from `offset` (bytes; negative counts from the end).',
    params: z.object({
      id: runId.describe('As of showRun.'),
      stream: z
        .enum(['stdout', 'stderr', 'prompt'])
        .default('stdout')
        .describe('What it printed, or what it was sent.'),
      offset: z.coerce
        .number()
        .int()
        .default(0)
        .describe('Where to begin, in bytes; a negative one counts from the end.'),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(1_048_576)
        .default(65_536)
        .describe('How much at most, in bytes.'),
    }),
    result: z.object({
      run: z.string().describe('The whole id of the run.'),
      text: z.string().describe('Whole characters; bytes that are no UTF-8 are replaced.'),
      next_offset: z.int().describe('Where the next part begins, in bytes.'),
      size: z.int().describe('Of the whole file, in bytes.'),
      ended: z.boolean().describe('Whether the run has ended: nothing comes after `size`.'),
    }),
  }),
  readSteps: entry({
    route: routes.readSteps,
    who: 'operator',
    about: 'What an agent CLI said and did in a run so far, read from the end of its output.',
    params: z.object({
      id: runId.describe('As of showRun.'),
      limit: z.coerce.number().int().min(1).max(1_000).default(200).describe('How many, the newest.'),
    }),
    result: z.object({
      run: z.string().describe('The whole id of the run.'),
      ended: z.boolean().describe('Whether the run has ended.'),
      steps: z.array(StepView).describe('Oldest first.'),
    }),
  }),
  cancel: entry({
    route: routes.cancel,
    who: 'operator',
    about: 'Ends one run and its whole process tree; does not count for the breaker.',
    params: z.object({
      target: z
        .string('target is required')
        .min(1)
        .describe('The id of a run, a unique part of it, or the name of an agent.'),
    }),
    result: z.object({ ok: z.literal(true), run: z.string() }),
  }),
}
