/** Owns a daemon without a heart: the real server on a real socket, every verb answered from plain data. */
import { once } from 'node:events'
import type { CleanItem } from '../../src/ipc/protocol/clean.ts'
import type { EventMessage } from '../../src/ipc/protocol/events.ts'
import type { AgentStatus, EventView, StatusResult } from '../../src/ipc/protocol/status.ts'
import type { RunDetail } from '../../src/ipc/protocol/runs.ts'
import type { Handlers } from '../../src/ipc/protocol/table.ts'
import { startServer, type Server, type ServerLimits } from '../../src/ipc/server.ts'
import { sampleDelegation, sampleTreeRun } from './sample-delegation.ts'
import { sampleHandoffs, sampleSent, sampleShown } from './sample-handoff.ts'
import { sampleReport } from './sample-report.ts'

/** Every call that reached a handler, in order. */
export type Calls = { readonly verb: string; readonly params: unknown }[]

/** A started fake: what it heard, what it could not answer. */
export interface FakeDaemon extends AsyncDisposable {
  readonly socketPath: string
  readonly calls: Calls
  readonly errors: unknown[]
  readonly server: Server
}

/** Starts one. `answers` replaces single handlers; the others answer with the samples below. */
export async function startFakeDaemon(options: {
  socketPath: string
  config?: string
  answers?: Partial<Handlers>
  limits?: Partial<ServerLimits>
}): Promise<FakeDaemon> {
  const calls: Calls = []
  const errors: unknown[] = []
  const config = options.config ?? '/etc/marrow/marrow.toml'
  const handlers = listening({ ...sampleHandlers(config), ...options.answers }, calls)
  const server = await startServer({
    socketPath: options.socketPath,
    mode: 0o600,
    doorway: { who: 'operator', handlers },
    onError: (error) => errors.push(error),
    version: '0.0.0-fake',
    config,
    ...(options.limits ? { limits: options.limits } : {}),
  })
  return {
    socketPath: options.socketPath,
    calls,
    errors,
    server,
    [Symbol.asyncDispose]: () => server.close(),
  }
}

/** A status with nothing wrong in it. */
export function sampleStatus(changes: Partial<StatusResult> = {}): StatusResult {
  return {
    started_at: 1_767_614_400,
    uptime: 3_600,
    agents: { scout: sampleAgent() },
    version: '0.1.0',
    pid: 4242,
    config: '/etc/marrow/marrow.toml',
    state_dir: '/var/lib/marrow',
    paused: null,
    stopping: false,
    config_problems: [],
    warnings: [],
    worktrees_kept: [],
    adopted: { adopted: 0, finished: 0, lost: 0, unstarted: 0 },
    runs_open: 0,
    runs_max: 3,
    children_open: 0,
    children_max: 8,
    today: sampleToday(),
    limits: [],
    undelivered: [],
    events: [sampleEvent()],
    ...changes,
  }
}

/** An agent that rests between two ticks. */
export function sampleAgent(changes: Partial<AgentStatus> = {}): AgentStatus {
  return {
    name: 'scout',
    interval: 300,
    last_tick_at: 1_767_617_700,
    last_tick_duration: 12.5,
    next_tick_at: 1_767_618_300,
    tick_count: 7,
    running: false,
    last_error: null,
    state: 'idle',
    doing: 'quiet since 12:55: nothing changed',
    run: null,
    running_since: null,
    last_output_at: null,
    children: 0,
    stale: false,
    last_outcome: 'succeeded',
    quiet_since: null,
    quiet_count: 4,
    tokens_saved: 12_400,
    missed_count: 0,
    held_until: null,
    held_reason: null,
    no_progress: null,
    triggers_pending: 0,
    project: 'default',
    provider_failures: [],
    guard: null,
    today: sampleToday(),
    limits: [],
    limits_unkept: [],
    isolated_by: 'bubblewrap',
    not_isolated: [],
    ...changes,
  }
}

/** A day with a few runs. */
export function sampleToday(changes: Partial<StatusResult['today']> = {}): StatusResult['today'] {
  return { runs: 7, tokens: 12_400, about: false, cost_usd: 0.42, cost_about: false, ...changes }
}

/** Of a tick whose agent CLI told nothing. */
const noFigures = { tokens: null, about_tokens: null, cost_usd: null }

/** One fact of the journal. */
export function sampleEvent(changes: Partial<EventView> = {}): EventView {
  return {
    id: 17,
    at: '2026-01-05T12:59:30.000Z',
    kind: 'tick.quiet',
    agent: 'scout',
    run: null,
    data: { tick: 'scout#7', reason: 'nothing changed since 12:55', savedTokens: 3_100, durationMs: 4 },
    ...changes,
  }
}

/** A run that went well. */
export function sampleRun(changes: Partial<RunDetail> = {}): RunDetail {
  return {
    id: 'scout-20260105-125500-000-abcd',
    agent: 'scout',
    role: null,
    parent: null,
    tick: 'scout#6',
    state: 'ended',
    adapter: 'opencode',
    started_at: '2026-01-05T12:55:00.000Z',
    ended_at: '2026-01-05T12:55:12.500Z',
    duration_ms: 12_500,
    outcome: 'succeeded',
    ok: true,
    tokens: 5_321,
    about_tokens: null,
    cost_usd: 0.0123,
    lineage: [],
    words: ['opencode', 'run', '--agent', 'scout'],
    isolated_by: 'bubblewrap',
    guard: null,
    pid: 4300,
    work_dir: '/srv/work',
    folder: '/var/lib/marrow/runs/scout-20260105-125500-000-abcd',
    usage: { input: 5_000, output: 321, cache_read: 4_000, cache_write: 100 },
    cli_session: 'ses_1',
    result: 'Fixed the failing test.',
    causes: ['schedule'],
    layers: [sampleLayer()],
    prompt_bytes: 1_234,
    core_digest: '0123456789abcdef',
    operator_digest: 'fedcba9876543210',
    git: { before: 'aaaaaaa', after: 'bbbbbbb', changed: true },
    changes: {
      commits: [{ id: 'bbbbbbb', subject: 'Fix the failing test' }],
      more_commits: 0,
      rewritten: false,
      diff: { files: 2, insertions: 12, deletions: 4 },
      dirty_before: false,
    },
    ...changes,
  }
}

/** Runs that can go. */
export function sampleCleanItem(): CleanItem {
  const why = 'they ended, and 20 newer ones stay; the last 20 failed ones stay'
  return { kind: 'runs', what: '37 runs of scout', why, path: null, count: 37, bytes: 1_234_567 }
}

function sampleLayer() {
  return {
    kind: 'rules',
    name: 'Core Rules',
    source: '/opt/marrow/prompts/rules.md',
    bytes: 1_000,
    digest: '00112233445566aa',
    volatile: false,
    native: false,
    failed: null,
  }
}

function sampleHandlers(config: string): Handlers {
  const prompt = '--- [Core Rules] ---\nBe careful.\n'
  const ok = true as const
  return {
    health: async () => ({ status: 'ok' }),
    status: async () => sampleStatus({ config }),
    runsTree: async () => ({
      runs: [
        sampleTreeRun,
        { ...sampleTreeRun, run: sampleDelegation.run, parent: sampleTreeRun.run, depth: 1 },
      ],
    }),
    report: async () => sampleReport(),
    tasks: async () => ({
      tasks: [{ file: '20260105-120000-mend.md', title: 'mend', created: 1_767_614_400, project: 'default' }],
      project: 'default',
    }),
    addTask: async () => ({
      ok,
      file: 'new.md',
      path: '/srv/tasks/queue/new.md',
      project: 'default',
      project_by: 'only',
      next: 'scout is woken now',
    }),
    notifyTest: async () => ({
      ok: false,
      destinations: [
        { to: 'ntfy', ok: true, reason: null, fix: null },
        { to: 'the webhook', ok: false, reason: 'HTTP 404', fix: 'Correct the address.' },
      ],
    }),
    sendHandoff: async () => sampleSent,
    handoffs: async () => sampleHandoffs,
    showHandoff: async () => sampleShown,
    wake: async ({ agent }) => ({ ok, agent, id: 3, next: 'the tick begins now' }),
    wakeState: async () => ({ state: 'ended', run: sampleRun().id, ok, again: false, why: 'succeeded' }),
    pause: async () => ({ ok }),
    resume: async () => ({ ok }),
    cancel: async ({ target }) => ({ ok, run: target }),
    stop: async () => ({ ok, pid: 4242 }),
    restart: async () => ({ ok, pid: 4242 }),
    logLevel: async ({ level = 'info' }) => ({ ok, level }),
    runOnce: async () => ({
      ticks: [{ agent: 'scout', tick: 'scout#8', run: null, ok: true, outcome: 'succeeded', ...noFigures }],
    }),
    dryRun: async () => ({
      agents: [
        {
          agent: 'scout',
          would_run: true,
          reason: 'a task is queued',
          run: 'scout-20260105-130000-000-abcd',
          words: ['opencode', 'run'],
          prompt,
          layers: [{ ...sampleLayer(), bytes: prompt.length, text: prompt }],
          last_prompt: null,
        },
      ],
    }),
    runs: async () => ({ runs: [sampleRun()] }),
    showRun: async () => sampleRun(),
    readLog: async ({ offset }) => ({
      run: sampleRun().id,
      text: offset === 0 ? 'all of it\n' : '',
      next_offset: 10,
      size: 10,
      ended: true,
    }),
    readSteps: async () => ({
      run: sampleRun().id,
      ended: true,
      steps: [
        { kind: 'tool', text: 'date', tool: 'bash', failed: null, output: 'Mon Jan  5', ended: true },
        { kind: 'text', text: 'It is late.', tool: null, failed: null, output: null, ended: null },
      ],
    }),
    journal: async () => ({ events: [sampleEvent()], next_after: sampleEvent().id }),
    events: sampleStream,
    metrics: async () =>
      '# HELP marrow_paused 1 while paused.\n# TYPE marrow_paused gauge\nmarrow_paused 0\n',
    clean: async () => ({
      as_of: '2026-01-05T13:00:00.000Z',
      items: [sampleCleanItem()],
    }),
    mcp: async ({ message }) => ({ answer: { jsonrpc: '2.0', id: message['id'], result: {} } }),
    openapi: async () => ({ openapi: '3.1.0' }),
  }
}

/** The newest row, then nothing more until the reader leaves. */
async function* sampleStream(_: unknown, signal: AbortSignal): AsyncGenerator<EventMessage> {
  const row = sampleEvent()
  yield { id: row.id - 1 }
  yield { id: row.id, event: row.kind, data: row }
  if (!signal.aborted) await once(signal, 'abort')
}

function listening(handlers: Handlers, calls: Calls): Handlers {
  return new Proxy(handlers, {
    get: (target, verb, receiver) => {
      const handle: unknown = Reflect.get(target, verb, receiver)
      if (typeof handle !== 'function') return handle
      return (params: unknown, ...more: unknown[]) => {
        calls.push({ verb: String(verb), params })
        return Reflect.apply(handle, target, [params, ...more])
      }
    },
  })
}
