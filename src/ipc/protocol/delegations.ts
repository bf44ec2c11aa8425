import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

/** One run that another run asked for. */
export const DelegationView = z
  .object({
    run: z.string(),
    parent: z.string().describe('The run that asked for it.'),
    agent: z.string().describe('The agent that is accountable for it.'),
    role: z.string().describe('The role that it works in, by id.'),
    task: z.string().describe('The first line of what it was asked to do.'),
    detached: z.boolean().describe('Whether it goes on when its parent ends.'),
    state: z.enum(['waiting', 'running', 'ended']).describe('waiting: it is being made ready.'),
    asked_at: z.string().describe('ISO 8601, UTC.'),
    started_at: z.string().nullable().describe('ISO 8601, UTC.'),
    deadline: z.string().describe('When it is ended at the latest: ISO 8601, UTC.'),
    ended_at: z.string().nullable().describe('ISO 8601, UTC.'),
    outcome: z.string().nullable().describe('How it ended, in a sentence; null while it goes on.'),
    ok: z
      .boolean()
      .nullable()
      .describe('Whether it succeeded; null while it goes on, and when its record is gone.'),
    result: z.string().nullable().describe('Its last words; null while it goes on, and when it had none.'),
    tokens: z.number().nullable().describe('All tokens; null when the agent CLI reported none.'),
    cost_usd: z.number().nullable().describe('US dollars; null when the agent CLI reported none.'),
  })
  .meta({ id: 'DelegationView', description: 'One run that another run asked for.' })
export type DelegationView = z.infer<typeof DelegationView>

/** What may be written for one child: more belongs into a file that it reads. */
const TASK_CHARS_MAX = 200_000

/** How long one request may wait, in seconds: whoever asks can ask again. */
const WAIT_S_MAX = 50

export const delegationVerbs = {
  me: entry({
    route: routes.me,
    who: 'agent',
    about: 'Who the run is that asks, and what it may do.',
    params: z.object({}),
    result: z.object({
      run: z.string(),
      agent: z.string().describe('The agent that is accountable for it.'),
      role: z.string().nullable().describe('By id; null: it has none.'),
      depth: z.int().describe('How many runs led to it.'),
      lineage: z.array(z.string()).describe('Those runs, first to last.'),
      may_delegate_to: z.array(z.string()).describe('Roles, by id; empty: it may not delegate.'),
      deadline: z.string().describe('When it is ended at the latest: ISO 8601, UTC.'),
    }),
  }),
  delegate: entry({
    route: routes.delegate,
    who: 'agent',
    about:
      'Starts a run in another role, for the run that asks. Answers at once; `delegation` tells of its end.',
    tool: {
      about:
        'Hands a task to another role: a run of its own, which knows nothing but this task. Say what is wanted, why, where the material lies (full paths), and how one sees that it is done. Answers at once; ask `delegation` with wait_s for its result.',
    },
    params: z.object({
      role: z
        .string('role is required')
        .trim()
        .min(1, 'role is required')
        .max(200)
        .describe('Its id or its name.'),
      task: z
        .string('task is required')
        .trim()
        .min(1, 'task is required')
        .max(TASK_CHARS_MAX, `task has more than ${TASK_CHARS_MAX} characters`)
        .refine((text) => !text.includes('\0'), 'it holds a zero byte, so it is no text')
        .describe('What it is to do, as Markdown.'),
      detach: z
        .boolean()
        .default(false)
        .describe('True: it goes on when the run that asks ends, and reports by handoff.'),
      deadline_s: z
        .number()
        .positive()
        .max(7 * 86_400)
        .optional()
        .describe(
          'How long it may take, in seconds; never longer than the one who asks has left, unless detached.',
        ),
    }),
    result: DelegationView,
  }),
  delegation: entry({
    route: routes.delegation,
    who: 'agent',
    about: 'How a run stands that the asking run delegated to; waits for its end up to `wait_s` seconds.',
    tool: {
      about:
        'How a delegation stands, and its last words when it has ended. Waits for the end up to wait_s seconds.',
    },
    params: z.object({
      run: z.string('run is required').min(1, 'run is required').describe('The id that `delegate` gave.'),
      wait_s: z.coerce.number().min(0).max(WAIT_S_MAX).default(0),
    }),
    result: DelegationView,
  }),
  delegations: entry({
    route: routes.delegations,
    who: 'agent',
    about: 'All runs that the asking run delegated to, in the order in which they were asked for.',
    tool: { about: 'Everything that this run delegated, and how it stands.' },
    params: z.object({}),
    result: z.object({ delegations: z.array(DelegationView) }),
  }),
}
