/** Owns how runs are shown: a table of many, every detail of one. */
import { formatDuration } from '../../base/duration.ts'
import { clockTime } from '../../base/time.ts'
import type { RunDetail, RunView } from '../../ipc/protocol/runs.ts'
import { byteCount, counted, money, shortCount } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import { shellWord } from '../../base/shell-word.ts'
import { commitLines, describeChanges } from '../../runner/changes.ts'
import type { Screen } from './screen.ts'
import { table, type Cell, type Column } from './table.ts'
import { whoseRun } from './whose.ts'

const columns: readonly Column[] = [
  { title: 'RUN' },
  { title: 'AGENT', shrinkTo: 8 },
  { title: 'STARTED' },
  { title: 'TOOK', right: true },
  { title: 'OUTCOME', shrinkTo: 12 },
  { title: 'TOKENS', right: true },
  { title: 'COST', right: true },
]

/** The table of runs in the given order; one sentence when there are none. */
export function runLines(runs: readonly RunView[], screen: Screen): string[] {
  if (runs.length === 0) return ['(no runs yet)']
  return table(
    columns,
    runs.map((run) => row(run, screen.now)),
    screen,
  )
}

function row(run: RunView, now: number): Cell[] {
  return [
    { text: run.id, style: 'bold' },
    { text: whoseRun(run) },
    { text: run.started_at === null ? '-' : clockTime(Date.parse(run.started_at), now) },
    { text: run.duration_ms === null ? '-' : formatDuration(run.duration_ms) },
    { text: run.outcome ?? run.state, style: run.ok === null ? 'cyan' : run.ok ? 'green' : 'red' },
    { text: tokenCount(run) ?? '-' },
    { text: money(run.cost_usd) },
  ]
}

/** Everything on record of one run, one fact a line, its last words at the end. */
export function runDetailLines(run: RunDetail, screen: Screen): string[] {
  const facts: readonly (readonly [name: string, value: string | null])[] = [
    ['run', run.id],
    ['agent', run.role === null ? run.agent : `${run.agent} as ${run.role}`],
    ['tick', `${run.tick} because of ${run.causes.join(', ')}`],
    ['lineage', run.lineage.length === 0 ? null : run.lineage.join(' > ')],
    ['state', run.outcome === null ? run.state : `${run.state}: ${run.outcome}`],
    ['time', timeOf(run, screen.now)],
    [
      'command',
      `${run.words.map(shellWord).join(' ')} (${run.adapter}${run.pid === null ? '' : `, pid ${run.pid}`})`,
    ],
    ['guards', guardOf(run)],
    ['work_dir', run.work_dir],
    ['folder', run.folder],
    ['tokens', tokensOf(run)],
    ['cost', run.cost_usd === null ? null : money(run.cost_usd)],
    ['cli session', run.cli_session],
    ['git', gitOf(run)],
    ['changed', run.changes === null ? null : describeChanges(run.changes)],
    [
      'prompt',
      `${byteCount(run.prompt_bytes)} in ${counted(run.layers.length, 'layer')}: ${run.layers.map(layerOf).join(', ')}`,
    ],
    ['digests', `core ${run.core_digest}, operator ${run.operator_digest}`],
  ]
  const lines = facts.flatMap(([name, value]) => {
    const more = name === 'changed' && run.changes !== null ? commitLines(run.changes) : []
    const below = more.map((line) => `${' '.repeat(NAME_COLUMNS)}${plain(line)}`)
    return value === null
      ? []
      : [`${screen.paint('dim', name.padEnd(NAME_COLUMNS))}${plain(value)}`, ...below]
  })
  return run.result === null ? lines : [...lines, '', ...plainLines(run.result).trimEnd().split('\n')]
}

function tokenCount({ tokens, about_tokens: about }: RunView): string | undefined {
  if (tokens !== null) return shortCount(tokens)
  return about === null ? undefined : `about ${shortCount(about)}`
}

/** What it weighed; one that could not be made stands in the prompt with its reason. */
function layerOf({ name, bytes, failed }: RunDetail['layers'][number]): string {
  return failed === null ? `${name} ${byteCount(bytes)}` : `${name} failed: ${failed}`
}

const NAME_COLUMNS = 12

function guardOf({ guard, outcome }: RunDetail): string | null {
  if (guard !== 'asked') return guard === 'missing' ? 'not in force' : guard
  return outcome === null ? 'not shown yet' : 'not shown: it ended before'
}

function timeOf({ started_at, ended_at, duration_ms }: RunDetail, now: number): string | null {
  if (started_at === null) return null
  const until = ended_at === null ? 'still going' : clockTime(Date.parse(ended_at), now)
  const took = duration_ms === null ? '' : ` (${formatDuration(duration_ms)})`
  return `${clockTime(Date.parse(started_at), now)} to ${until}${took}`
}

function tokensOf(run: RunDetail): string | null {
  const { usage } = run
  if (usage === null) return tokenCount(run) ?? null
  return `${usage.input} in, ${usage.output} out, cache ${usage.cache_read} read, ${usage.cache_write} written`
}

function gitOf({ git }: RunDetail): string | null {
  if (git === null) return null
  if (!git.changed) return `${git.before}, nothing changed`
  return git.after === null || git.after === git.before
    ? `${git.before}, with changes`
    : `${git.before}..${git.after}`
}
