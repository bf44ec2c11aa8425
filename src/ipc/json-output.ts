/**
 * Owns what every command prints with `--json`: one schema each, those of the protocol where the command only passes on
 * what the daemon answered. Keys are stable: new ones may come, none goes or changes its meaning. Pure.
 */
import { z } from 'zod'
import { guardStates } from '../runner/guard.ts'
import { ConfiguredAgent, ms } from './configured-agent.ts'
import { Problem } from './problem.ts'
import { CleanItem } from './protocol/clean.ts'
import { RunView } from './protocol/runs.ts'
import { EventView } from './protocol/status.ts'
import { protocol } from './protocol/table.ts'
import { TaskView } from './protocol/tasks.ts'
import { CastPlaceView, roleOutputs } from './role-output.ts'

const ok = z.boolean().describe('Whether nothing is wrong; as the exit code says it.')
const Finding = z
  .object({
    number: z.int().describe('Its place in the list, from 1.'),
    subject: z
      .string()
      .describe('What it is about: the name of an agent, `state`, `core`, `machine`, `daemon`, or a path.'),
    problem: z.string(),
    fix: z.string(),
    level: z.enum(['issue', 'hint']).describe('Only an issue makes doctor fail.'),
  })
  .meta({ id: 'Finding', description: 'One thing that doctor has to say.' })

const Guard = z
  .object({
    agent: z.string(),
    role: z.string().describe('By id.'),
    guard: z
      .string()
      .nullable()
      .describe('What keeps its runs from starting agents on their own; null: nothing.'),
    state: z
      .enum(['in-force', ...guardStates, 'none'])
      .describe(
        'in-force: wherever the role is; proven, missing: by the newest run that had to show it; asked: not shown yet.',
      ),
    run: z.string().nullable().describe('The run that showed it, or did not.'),
    about: z.string().describe('The same as a phrase.'),
  })
  .meta({ id: 'Guard', description: 'How the role of an agent is guarded.' })

const Seen = z
  .object({
    path: z.string().describe('Absolute. The deepest path decides about everything below it.'),
    access: z
      .enum(['hidden', 'read-only', 'read-write'])
      .describe('`hidden`: an empty private folder, or a file that cannot be read.'),
    shows: z.string().nullable().describe('What is shown there, when it is something else.'),
    why: z.string().describe('What it is, for people.'),
  })
  .meta({ id: 'Seen', description: 'One path as a run sees it.' })

const Isolation = z
  .object({
    agent: z.string(),
    mode: z.enum(['required', 'preferred', 'off']),
    isolated_by: z.enum(['bubblewrap', 'seatbelt']).nullable().describe('Null: nothing.'),
    held: z.string().nullable().describe('Why it is not started; null: it is.'),
    not_isolated: z.array(z.string()).describe('What of its isolation is not in force.'),
    user: z.string().nullable().describe("Null: the daemon's own."),
    home: z.string().nullable(),
    network: z.boolean(),
    limits: z.object({
      memory: z.string().nullable(),
      processes: z.int().nullable(),
      file_size: z.string().nullable(),
    }),
    environment: z.array(z.string()).describe('Names of variables; their values are not told.'),
    paths: z.array(Seen).describe('From the root down; empty when it is not isolated.'),
  })
  .meta({ id: 'Isolation', description: 'What a run of one agent sees and may take.' })

const Attempt = z
  .object({
    name: z.string().describe('Its stable name: what is tried, and on what.'),
    what: z.string().describe('The end of the sentence "a run could …".'),
    outcome: z
      .enum(['escaped', 'refused', 'skipped'])
      .describe('`skipped`: it could not be made here, and proves nothing.'),
    detail: z.string().describe('How it was refused, such as EROFS; or what was seen.'),
  })
  .meta({ id: 'Attempt', description: 'One attempt to break out of the isolation.' })

/** One step of a run as `logs` prints it. */
export const LogStep = z
  .object({
    run: z.string(),
    agent: RunView.shape.agent,
    role: RunView.shape.role,
    parent: RunView.shape.parent,
    at: z.string().nullable().describe('When (ISO 8601, UTC); null where the agent CLI does not tell.'),
    kind: z
      .enum(['text', 'call', 'returned', 'usage', 'limit', 'result', 'error', 'unreadable'])
      .describe(
        'call: a tool was called; returned: the call has ended; limit: its model refused for now, and it waits; unreadable: lines that are cut or malformed.',
      ),
    text: z
      .string()
      .nullable()
      .describe('What was said; what the tool was given, or gave, on one line; null: nothing was told.'),
    call: z.string().nullable().describe('Which call it is; the same when it has ended.'),
    tool: z.string().nullable().describe('The name of the tool that was called.'),
    failed: z.string().nullable().describe('Why the call did not work.'),
    usage: z
      .object({ input: z.number(), output: z.number(), cache_read: z.number(), cache_write: z.number() })
      .nullable()
      .describe('Tokens: of a step or of the whole run, as the agent CLI tells them.'),
    cost_usd: z.number().nullable(),
  })
  .meta({ id: 'LogStep', description: 'One thing that an agent CLI said or did.' })
export type LogStep = z.infer<typeof LogStep>

const OpenOutput = z.object({
  run: z.string(),
  agent: z.string(),
  work_dir: z.string().describe('Where it is opened.'),
  words: z.array(z.string()).describe('The command of its agent CLI, without the wall around it.'),
  isolated_by: z
    .enum(['bubblewrap', 'seatbelt'])
    .nullable()
    .describe('What it is opened behind; null: nothing.'),
})
export type OpenOutput = z.infer<typeof OpenOutput>

const AskOutput = z.object({
  agent: z.string(),
  wake: z.int().describe('The id of the wake that carried the question.'),
  run: z.string().nullable().describe('The run that was given it; null: there was none in time.'),
  ok: z.boolean().describe('Whether that run succeeded.'),
  again: z.boolean().describe('Whether the question is still to be worked on by another run.'),
  outcome: z.string().describe('How the run ended, or what the question waits for.'),
  answer: z.string().nullable().describe('The last words of the run; null: it said nothing.'),
})
export type AskOutput = z.infer<typeof AskOutput>

const held = z.object({
  ok: z.literal(true),
  agent: z.string().nullable().describe('Null: everything.'),
  paused: z.boolean(),
})

const exported = [
  ['run', 'ExportedRun', RunView, 'One run in an export.'],
  ['event', 'ExportedEvent', EventView, 'One event in an export.'],
  ['task', 'ExportedTask', TaskView, 'One task of the queue in an export.'],
] as const

const Exported = z.union(
  exported.map(([type, id, view, description]) =>
    z.object({ type: z.literal(type), ...view.shape }).meta({ id, description }),
  ),
)

/** By the words of the command. The commands know which of them print one value, and which one on each line. */
export const jsonOutputs: Readonly<Record<string, z.ZodType>> = {
  demo: z.object({
    text: z.string().describe('What happened, as people are told.'),
    after_ms: ms('How long after the start').optional(),
    command: z.string().optional().describe('A command that shows it.'),
  }),
  init: z.object({
    config: z.string().describe('The configuration that was written or extended.'),
    workspace: z.string(),
    agents: z.array(z.string()).describe('The agents that were added.'),
    project: z.string().nullable().describe('Their project; null for the first one.'),
    warnings: z.array(z.string()).describe('What the configuration should not say.'),
    tick: z
      .object({
        tick: z.string().describe('`<agent>#<n>`; empty when it did not begin.'),
        run: z.string().nullable(),
        ok: z.boolean(),
        outcome: z.string().describe('How it ended, in a sentence.'),
        words: z.string().nullable().describe('The last words of the agent CLI.'),
        tokens: z.number().nullable(),
        about_tokens: z.number().nullable().describe('An estimate, where the agent CLI told none.'),
        cost_usd: z.number().nullable(),
      })
      .nullable()
      .describe('What came of its one tick; null: it was not to tick.'),
  }),
  scaffold: z.object({
    workspace: z.string(),
    config: z.string().describe('The new configuration.'),
    command: z.array(z.string()).describe('What its agents run.'),
    simulated: z.boolean().describe('Whether that is the simulated agent, since no agent CLI was found.'),
    next: z.array(z.string()).describe('The commands that come next.'),
    left_out: z.array(z.string()).describe('Files of --source-context-dir that are no executables.'),
  }),
  setup: z.object({
    ok,
    config: z.string(),
    agents: z.array(
      z.object({
        agent: z.string(),
        workspace: z.string(),
        problem: z.string().nullable().describe('Why it cannot be used; null: it is ready.'),
      }),
    ),
    cast: z.array(CastPlaceView).describe('As `role cast` did it in each workspace.'),
  }),
  validate: z.object({
    ok,
    config: z.string(),
    agents: z.array(ConfiguredAgent).describe('Empty when the file cannot be used.'),
    problems: z.array(Problem).describe('Why it cannot be used.'),
    warnings: z.array(Problem).describe('What it should not say.'),
  }),
  doctor: z.object({
    ok,
    findings: z.array(Finding).describe('Issues before hints.'),
    guards: z.array(Guard).describe('Of the agents that have a role.'),
  }),
  'isolation show': z.object({ agents: z.array(Isolation) }),
  'isolation test': z.object({
    ok,
    by: z
      .enum(['bubblewrap', 'seatbelt'])
      .nullable()
      .describe('What was tested; null: there is nothing here.'),
    why: z.string().nullable().describe('Why it does not hold.'),
    fix: z.string().nullable(),
    attempts: z.array(Attempt).describe('Empty when nothing could be started behind it.'),
  }),
  ...roleOutputs,
  'notify test': protocol.notifyTest.result,
  stop: protocol.stop.result,
  restart: z.object({
    ok: z.literal(true),
    pid: z.int().describe('The daemon that left.'),
    next: z.object({ pid: z.int(), adopted: z.int().describe('Runs that it took over.') }),
  }),
  pause: held,
  resume: held,
  'log-level': protocol.logLevel.result,
  wake: protocol.wake.result,
  ask: AskOutput,
  'run-once': protocol.runOnce.result,
  'dry-run': protocol.dryRun.result,
  'task add': protocol.addTask.result.omit({ ok: true }),
  'task list': protocol.tasks.result,
  cancel: protocol.cancel.result,
  status: protocol.status.result,
  report: protocol.report.result,
  runs: protocol.runs.result,
  'runs tree': protocol.runsTree.result,
  delegate: protocol.delegation.result,
  'delegate wait': protocol.delegation.result,
  'delegate list': protocol.delegations.result,
  'handoff send': protocol.sendHandoff.result,
  'handoff list': protocol.handoffs.result,
  'handoff show': protocol.showHandoff.result,
  show: protocol.showRun.result,
  'show --prompt': z.object({
    run: z.string().describe('The whole id of the run.'),
    prompt: z.string().describe('The very bytes that were sent.'),
  }),
  'show --steps': protocol.readSteps.result,
  logs: LogStep,
  open: OpenOutput,
  'logs --raw': z.object({
    run: z.string(),
    stream: z.enum(['stdout', 'stderr']),
    text: z.string().describe('The next part of it, not always whole lines.'),
  }),
  events: EventView,
  export: Exported,
  clean: z.object({
    removed: z.boolean().describe('Whether it was removed, or only listed.'),
    items: z.array(CleanItem).describe('What can go; or what went.'),
    left: z
      .array(z.string())
      .describe('After --all: what stays in the state_dir, since marrow did not make it.'),
  }),
}
