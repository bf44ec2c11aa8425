import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import {
  sampleAgent,
  sampleCleanItem,
  sampleEvent,
  sampleRun,
  sampleStatus,
} from '../../test/helpers/fake-daemon.ts'
import { sampleReport } from '../../test/helpers/sample-report.ts'
import { commands } from '../cli/program/groups.ts'
import { jsonOutputs } from './json-output.ts'
import { sampleHandoffs, sampleSent, sampleShown } from '../../test/helpers/sample-handoff.ts'
import { sampleDelegation, sampleTreeRun } from '../../test/helpers/sample-delegation.ts'
import { jsonPage } from './json-page.ts'
import { roleExamples, sampleCast } from '../../test/helpers/sample-role-output.ts'
import { RunView } from './protocol/runs.ts'

const [layer] = sampleRun().layers
const ok = true as const
const prompt = '--- [Core Rules] ---\nBe careful.\n'

/** What each of them may print. */
const examples: Readonly<Record<string, unknown>> = {
  demo: { text: 'scout completed: Mend the fence', after_ms: 4_200, command: 'marrow runs' },
  init: {
    config: '/srv/marrow.toml',
    workspace: '/srv/space',
    agents: ['conductor@site'],
    project: 'site',
    warnings: [],
    tick: {
      tick: 'conductor@site#1',
      run: sampleRun().id,
      ok: true,
      outcome: 'succeeded',
      words: 'Nothing was to be done.',
      tokens: 1_200,
      about_tokens: null,
      cost_usd: 0.02,
    },
  },
  delegate: sampleDelegation,
  'delegate wait': sampleDelegation,
  'delegate list': { delegations: [sampleDelegation] },
  'handoff send': sampleSent,
  'handoff list': sampleHandoffs,
  'handoff show': sampleShown,
  'runs tree': { runs: [sampleTreeRun] },
  scaffold: {
    workspace: '/srv/space',
    config: '/srv/marrow.toml',
    command: ['opencode', 'run', '--format', 'json'],
    simulated: false,
    next: ['marrow doctor -c /srv/marrow.toml', 'marrow run -c /srv/marrow.toml'],
    left_out: ['README.md'],
  },
  setup: {
    ok,
    config: '/srv/marrow.toml',
    agents: [{ agent: 'scout', workspace: '/srv/space', problem: null }],
    cast: [sampleCast],
  },
  validate: {
    ok: false,
    config: '/srv/marrow.toml',
    agents: [],
    problems: [
      {
        file: '/srv/marrow.toml',
        line: 7,
        key: 'agents[0].heartbeat_interval',
        reason: 'is not a number of seconds',
        fix: 'Write for example 300.',
      },
    ],
    warnings: [],
  },
  doctor: {
    ok,
    findings: [
      {
        number: 1,
        subject: 'machine',
        problem: 'tmux is not installed',
        fix: 'Install it: apt-get install tmux, or brew install tmux.',
        level: 'hint',
      },
    ],
    guards: [
      {
        agent: 'scout',
        role: 'l1/scout',
        guard: 'the permissions of the role',
        state: 'in-force',
        run: null,
        about: 'l1/scout, guarded by the permissions of the role, wherever the role is',
      },
    ],
  },
  ...roleExamples,
  'isolation show': {
    agents: [
      {
        agent: 'scout',
        mode: 'required',
        isolated_by: 'bubblewrap',
        held: null,
        not_isolated: [],
        user: null,
        home: '/home/ada',
        network: true,
        limits: { memory: '2GiB', processes: null, file_size: null },
        environment: ['HOME', 'PATH'],
        paths: [{ path: '/', access: 'read-only', shows: null, why: 'the machine' }],
      },
    ],
  },
  'isolation test': {
    ok,
    by: 'bubblewrap',
    why: null,
    fix: null,
    attempts: [
      { name: 'write core', what: 'write to the core', outcome: 'refused', detail: 'EROFS' },
      {
        name: 'chroot chroot',
        what: 'take another root in a folder of its own',
        outcome: 'skipped',
        detail: 'there is no program chroot',
      },
    ],
  },
  'notify test': {
    ok: false,
    destinations: [
      { to: 'ntfy', ok, reason: null, fix: null },
      { to: 'the webhook', ok: false, reason: 'HTTP 404', fix: 'Correct the address.' },
    ],
  },
  stop: { ok, pid: 4_242 },
  restart: { ok, pid: 4_242, next: { pid: 4_310, adopted: 2 } },
  pause: { ok, agent: 'scout', paused: true },
  resume: { ok, agent: null, paused: false },
  'log-level': { ok, level: 'debug' },
  wake: { ok, agent: 'scout', id: 12, next: 'scout starts now.' },
  ask: {
    agent: 'scout',
    wake: 12,
    run: sampleRun().id,
    ok,
    again: false,
    outcome: 'succeeded',
    answer: 'All tests pass.',
  },
  'run-once': {
    ticks: [
      {
        agent: 'scout',
        tick: 'scout#8',
        run: sampleRun().id,
        ok,
        outcome: 'succeeded',
        tokens: null,
        about_tokens: 900,
        cost_usd: null,
      },
    ],
  },
  'dry-run': {
    agents: [
      {
        agent: 'scout',
        would_run: true,
        reason: 'a task is queued',
        run: 'scout-20260105-130000-000-abcd',
        words: ['opencode', 'run'],
        prompt,
        layers: [{ ...layer, bytes: prompt.length, text: prompt }],
        last_prompt: null,
      },
    ],
  },
  'task add': {
    file: '20260105-120000-Mend-the-roof.md',
    path: '/srv/space/tasks/queue/20260105-120000-Mend-the-roof.md',
    project: 'default',
    project_by: 'only',
    next: 'scout is woken for it now, or as soon as it is free. Follow it with: marrow events -f',
  },
  'task list': {
    tasks: [
      {
        file: '20260105-120000-Mend-the-roof.md',
        title: 'Mend the roof',
        created: 1_767_614_400,
        project: 'default',
      },
    ],
    project: 'default',
  },
  cancel: { ok, run: sampleRun().id },
  status: sampleStatus({ agents: { scout: sampleAgent() } }),
  report: sampleReport(),
  runs: { runs: [RunView.parse(sampleRun())] },
  show: sampleRun(),
  'show --prompt': { run: sampleRun().id, prompt },
  'show --steps': {
    run: sampleRun().id,
    ended: true,
    steps: [
      { kind: 'tool', text: 'npm test', tool: 'bash', failed: null, output: '12 passed', ended: true },
      { kind: 'text', text: 'All tests pass.', tool: null, failed: null, output: null, ended: null },
    ],
  },
  logs: {
    run: sampleRun().id,
    agent: 'scout',
    role: null,
    parent: null,
    at: '2026-01-05T12:55:03.000Z',
    kind: 'returned',
    text: '12 passed',
    call: 'toolu_1',
    tool: 'Bash',
    failed: null,
    usage: null,
    cost_usd: null,
  },
  open: {
    run: sampleRun().id,
    agent: 'scout',
    work_dir: '/srv/work',
    words: ['opencode', '-s', 'ses_1'],
    isolated_by: 'bubblewrap',
  },
  'logs --raw': { run: sampleRun().id, stream: 'stdout', text: 'Fixed the failing test.\n' },
  events: sampleEvent(),
  clean: { removed: false, items: [sampleCleanItem()], left: [] },
  export: { type: 'event', ...sampleEvent() },
}

test('every command that prints JSON has a schema, and no other', ({ expect }) => {
  const printing = commands.filter(({ json }) => json !== undefined).map(({ name }) => name)
  expect(
    Object.keys(jsonOutputs)
      .filter((name) => !name.includes(' --'))
      .toSorted(),
  ).toEqual(printing.toSorted())
})

test.for(Object.entries(jsonOutputs))(
  'the example of %s is as its schema says, key by key',
  ([name, schema], { expect }) => {
    expect(schema.parse(examples[name])).toEqual(examples[name])
  },
)

const page = join(import.meta.dirname, '..', '..', 'docs', 'json-output.md')
const marked = /<!-- commands -->[^]*<!-- \/commands -->/

function described() {
  return Object.entries(jsonOutputs).map(([name, schema]) => {
    const perLine =
      commands.find((command) => command.name === name.split(' --')[0])?.json === 'one value a line'
    return { name, schema, perLine, example: examples[name] }
  })
}

// When it is not: npx vitest run src/ipc/json-output.test.ts -u
test('docs/json-output.md is current', async ({ expect }) => {
  const text = await readFile(page, 'utf8')
  expect(text).toMatch(marked)
  const current = text.replace(
    marked,
    () => `<!-- commands -->\n\n${jsonPage(described())}\n\n<!-- /commands -->`,
  )
  await expect(current).toMatchFileSnapshot(page)
})
