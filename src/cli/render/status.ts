/** Owns what `marrow status` shows on a terminal: what holds everything first, then each agent, then what happened last. */
import { clockTime, withClockTimes } from '../../base/time.ts'
import { formatDuration } from '../../base/duration.ts'
import type { AgentStatus, StatusResult } from '../../ipc/protocol/status.ts'
import { eventLines } from './events.ts'
import { namesOf } from '../../base/names.ts'
import { counted, dollars, shortCount, shortFigures } from '../../base/numbers.ts'
import { describeLimit } from '../../limits/words.ts'
import { plain } from '../../base/plain.ts'
import type { Screen, Style } from './screen.ts'
import { table, type Cell, type Column } from './table.ts'

const glyphs: Readonly<Record<AgentStatus['state'], readonly [glyph: string, style: Style]>> = {
  running: ['▶', 'green'],
  assembling: ['▷', 'green'],
  ending: ['■', 'yellow'],
  stopping: ['■', 'yellow'],
  waiting: ['…', 'cyan'],
  paused: ['‖', 'yellow'],
  held: ['✖', 'red'],
  idle: ['○', 'dim'],
}

const project: Column = { title: 'PROJECT', shrinkTo: 7 }

const columns: readonly Column[] = [
  { title: 'DOING', shrinkTo: 16 },
  { title: 'LAST', shrinkTo: 9 },
  { title: 'NEXT' },
  { title: 'TODAY', shrinkTo: 10, right: true },
  { title: 'TICKS', right: true },
  { title: 'QUIET', right: true },
  { title: 'SAVED', right: true },
]

/** The lines of the whole view. */
export function statusLines(status: StatusResult, screen: Screen): string[] {
  const agents = Object.values(status.agents)
  return [
    ...holdLines(status, screen),
    headline(status),
    ...todayLines(status, screen),
    ...troubleLines(status, screen),
    ...isolationLines(agents, screen),
    ...unkeptLines(agents, screen),
    ...unguardedLines(agents, screen),
    ...noticeLines(status, screen),
    ...keptWorktreeLines(status, screen),
    '',
    ...(agents.length === 0 ? ['(no agents)'] : agentTable(agents, screen)),
    ...agents.flatMap((agent) => noteLines(agent, screen)),
    ...(status.events.length === 0
      ? []
      : ['', screen.paint('dim', 'LAST EVENTS'), ...eventLines(status.events, screen)]),
  ]
}

function holdLines({ paused, stopping, state_dir }: StatusResult, screen: Screen): string[] {
  const lines: string[] = []
  if (paused !== null) {
    const lift = paused.by === 'file' ? `remove ${state_dir}/PAUSED` : 'marrow resume'
    const why = paused.reason === '' ? '' : `: ${plain(paused.reason)}`
    const since = clockTime(paused.since * 1_000, screen.now)
    lines.push(
      `${screen.paint('yellow', 'PAUSED')} since ${since} by ${paused.by}${why}. Lift it with: ${lift}`,
    )
  }
  if (stopping) lines.push(`${screen.paint('yellow', 'STOPPING')} no new work begins; runs get their grace.`)
  return lines
}

function headline(status: StatusResult): string {
  const up = formatDuration(status.uptime * 1_000)
  return `marrow ${status.version}, pid ${status.pid}, up ${up}, ${status.runs_open} of ${counted(status.runs_max, 'run')} busy, ${status.config}`
}

const limitStyles = { open: undefined, near: 'yellow', reached: 'red' } as const

/** What all agents spent today, each figure with its limit; nothing on a day without runs and limits. */
function todayLines({ today, limits }: StatusResult, screen: Screen): string[] {
  const { runs, tokens, about, cost_usd: usd, cost_about: usdAbout } = today
  if (runs === 0 && limits.length === 0) return []
  const figures = [
    { limit: 'runs_per_day', text: counted(runs, 'run') },
    { limit: 'usd_per_day', text: usd === null ? undefined : `${usdAbout ? 'about ' : ''}${dollars(usd)}` },
    {
      limit: 'tokens_per_day',
      text: tokens === 0 ? undefined : `${about ? 'about ' : ''}${shortCount(tokens)} tokens`,
    },
  ]
  const told = figures.flatMap(({ limit, text }) => {
    const state = limits.find((one) => one.limit === limit)
    if (state === undefined) return text ?? []
    const against = describeLimit(limit, state.used, state.of).replace(' a day', '')
    const style = limitStyles[state.state]
    return style === undefined ? against : screen.paint(style, against)
  })
  return [`today ${told.join(', ')}`]
}

function troubleLines({ config_problems, warnings, adopted }: StatusResult, screen: Screen): string[] {
  const problems = config_problems.map((problem) => screen.paint('red', `! ${plain(problem)}`))
  if (problems.length > 0) problems.push('  The last good configuration stays in force until that is mended.')
  const told = [
    [adopted.adopted, 'taken over'],
    [adopted.finished, 'ended while no daemon ran'],
    [adopted.lost, 'lost'],
    [adopted.unstarted, 'not begun, started again'],
  ] as const
  const found = told.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  const start = found.length === 0 ? [] : [`Runs found at its start: ${found.join(', ')}.`]
  return [...problems, ...warnings.map((warning) => screen.paint('yellow', `! ${plain(warning)}`)), ...start]
}

/** A daemon of another version may not tell of them. */
function keptWorktreeLines({ worktrees_kept = [] }: Partial<StatusResult>, screen: Screen): string[] {
  return worktrees_kept.flatMap(({ path, branch, agent, reason, look }) => [
    screen.paint(
      'yellow',
      `! kept: the worktree ${plain(path)} of ${plain(agent)}, ${plain(branch)}: ${plain(reason)}`,
    ),
    `  Look with: ${plain(look)}`,
  ])
}

/** What is the same for many agents is said once. What holds an agent stands in its own line already. */
function isolationLines(agents: readonly AgentStatus[], screen: Screen): string[] {
  const started = agents.filter(({ state }) => state !== 'held')
  const told = started.flatMap(({ name, isolated_by, not_isolated }) =>
    not_isolated.map((phrase) => ({
      name,
      said: `${isolated_by === null ? 'not isolated' : 'isolated, but'}: ${phrase}`,
    })),
  )
  return saidOnce(told, screen)
}

/** The operator believes in a brake that does not work. */
function unkeptLines(agents: readonly AgentStatus[], screen: Screen): string[] {
  const told = agents.flatMap(({ name, limits_unkept }) =>
    limits_unkept.map((phrase) => ({ name, said: `cannot be held by a limit: ${phrase}` })),
  )
  return saidOnce(told, screen)
}

/** A run may then start agents that nobody allowed. */
function unguardedLines(agents: readonly AgentStatus[], screen: Screen): string[] {
  const missing = agents.filter(({ guard }) => guard === 'missing')
  return saidOnce(
    missing.map(({ name }) => ({
      name,
      said: 'worked without guards in the newest run. See why with: marrow doctor',
    })),
    screen,
  )
}

function saidOnce(
  told: readonly { readonly name: string; readonly said: string }[],
  screen: Screen,
): string[] {
  return [...Map.groupBy(told, ({ said }) => said)].map(([said, all]) =>
    screen.paint('yellow', `! ${namesOf(all.map(({ name }) => name))} ${plain(said)}`),
  )
}

/** A daemon of another version may not tell of it. */
function noticeLines({ undelivered = [] }: Partial<StatusResult>, screen: Screen): string[] {
  return undelivered.map(({ to, waiting, failed, reason }) => {
    const counts = [
      ...(failed === 0 ? [] : [`${counted(failed, 'notice')} did not reach ${to}`]),
      ...(waiting === 0
        ? []
        : [`${counted(waiting, 'notice')} to ${to} ${waiting === 1 ? 'is' : 'are'} tried again`]),
    ]
    return screen.paint('yellow', `! ${counts.join(', ')}: ${plain(reason)}. Try it with: marrow notify test`)
  })
}

/** The project stands only where there is more than one. */
function agentTable(agents: readonly AgentStatus[], screen: Screen): string[] {
  const many = new Set(agents.map((agent) => agent.project)).size > 1
  const rows = agents.map((agent): Cell[] => {
    const [glyph, style] = glyphs[agent.state]
    const name: Cell = { text: agent.name, style: 'bold' }
    return [{ text: glyph, style }, name, ...(many ? [{ text: agent.project }] : []), ...row(agent, screen)]
  })
  return table(
    [{ title: '' }, { title: 'AGENT', shrinkTo: 8 }, ...(many ? [project] : []), ...columns],
    rows,
    screen,
  )
}

function row(agent: AgentStatus, screen: Screen): Cell[] {
  const failed = agent.last_error !== null
  return [
    { text: withClockTimes(agent.doing, screen.now), style: agent.stale ? 'yellow' : undefined },
    { text: withClockTimes(agent.last_outcome ?? '-', screen.now), style: failed ? 'red' : undefined },
    { text: nextOf(agent, screen.now) },
    { text: dayOf(agent) },
    { text: String(agent.tick_count) },
    { text: String(agent.quiet_count) },
    { text: agent.tokens_saved === 0 ? '-' : `~${shortCount(agent.tokens_saved)}` },
  ]
}

function nextOf({ next_tick_at }: AgentStatus, now: number): string {
  if (next_tick_at === null) return '-'
  return next_tick_at * 1_000 <= now ? 'now' : clockTime(next_tick_at * 1_000, now)
}

/** What it spent today, or `-` before its first run. */
function dayOf({ today }: AgentStatus): string {
  const { tokens, about, cost_usd: usd, cost_about: usdAbout } = today
  const text = shortFigures({ usd, tokens: about ? null : tokens, about: about ? tokens : null })
  return `${usdAbout && usd !== null ? 'about ' : ''}${text ?? '-'}`
}

function noteLines(agent: AgentStatus, screen: Screen): string[] {
  const notes: string[] = []
  if (agent.no_progress !== null) notes.push(`no progress: ${agent.no_progress}`)
  if (agent.triggers_pending > 0)
    notes.push(`${counted(agent.triggers_pending, 'wake')} waiting for the next tick`)
  if (agent.missed_count > 0) notes.push(`${counted(agent.missed_count, 'slot')} missed`)
  for (const { limit, scope, used, of, state } of agent.limits)
    if (state === 'near' && scope === 'agent')
      notes.push(`close to a limit: ${describeLimit(limit, used, of)}`)
  for (const failure of agent.provider_failures) notes.push(`context provider failed: ${failure}`)
  return notes.map((note) =>
    screen.paint('yellow', `  ${plain(agent.name)}: ${withClockTimes(plain(note), screen.now)}`),
  )
}
