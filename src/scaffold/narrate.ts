/** Owns what the demo says: journal rows in, a few plain lines out, each fact told once. */
import { formatDuration } from '../base/duration.ts'

/** The part of a journal row that the story needs. */
export interface StoryRow {
  readonly kind: string
  readonly agent: string | null
  readonly run: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** What was told so far. Rows are given in journal order, each once. */
export interface Story {
  /** Agents whose first run was told. */
  readonly started: readonly string[]
  readonly taskTold: boolean
  /** The run that works the task, while it does. */
  readonly taskRun: string | undefined
  /** The wake that the next run of an agent belongs to. */
  readonly woken: Readonly<Record<string, Woken>>
  readonly quietCount: number
  readonly failures: number
  /** Runs that ended, whether told or not. */
  readonly endedCount: number
  readonly taskDone: boolean
  readonly handoffTold: boolean
  readonly lineCount: number
}

type Woken = 'task' | 'handoff'

export const storyBegin: Story = {
  started: [],
  taskTold: false,
  taskRun: undefined,
  woken: {},
  quietCount: 0,
  failures: 0,
  endedCount: 0,
  taskDone: false,
  handoffTold: false,
  lineCount: 0,
}

const QUIET_LINES_MAX = 1 // One quiet tick makes the point, and another comes every minute.
const FAILURE_LINES_MAX = 2
const LINES_MAX = 8 // With what is said before and after, twelve: no more is read.

/** The story after `row`, and the line to print; undefined for everything that adds nothing. */
export function narrate(
  story: Story,
  row: StoryRow,
): { readonly story: Story; readonly line: string | undefined } {
  const { story: next, line } = tell(story, row)
  if (line === undefined || story.lineCount >= LINES_MAX) return { story: next, line: undefined }
  return { story: { ...next, lineCount: story.lineCount + 1 }, line }
}

type Told = ReturnType<typeof narrate>

function tell(story: Story, row: StoryRow): Told {
  const { kind, agent, data } = row
  if (kind === 'task.added' && !story.taskTold) {
    return {
      story: { ...story, taskTold: true },
      line: `a task was added to the queue: "${textOf(data['title'])}"`,
    }
  }
  if (agent === null) return { story, line: undefined }
  switch (kind) {
    case 'tick.begun':
      return afterTickBegun(story, agent, data)
    case 'tick.quiet':
      return afterQuietTick(story, agent, data)
    case 'tick.failed':
      return afterFailure(story, `${agent}: the tick failed: ${textOf(data['reason'])}`)
    case 'run.started':
      return afterRunStarted(story, agent, row)
    case 'run.ended':
      return afterRunEnded({ ...story, endedCount: story.endedCount + 1 }, agent, row)
    default:
      return { story, line: undefined }
  }
}

function afterTickBegun(story: Story, agent: string, data: StoryRow['data']): Told {
  const causes = Array.isArray(data['causes']) ? data['causes'] : []
  const cause = causes.includes('handoff') ? 'handoff' : causes.includes('tasks') ? 'task' : undefined
  if (cause === undefined) return { story, line: undefined }
  return { story: { ...story, woken: { ...story.woken, [agent]: cause } }, line: undefined }
}

function afterRunStarted(story: Story, agent: string, { run, data }: StoryRow): Told {
  const bytes = numberOf(data['promptBytes'])
  const prompt = bytes === undefined ? '' : `, prompt of ${bytes} bytes`
  const cause = story.woken[agent]
  if (cause === undefined || run === null) {
    if (story.started.includes(agent)) return { story, line: undefined }
    return {
      story: { ...story, started: [...story.started, agent] },
      line: `${agent}: first tick, a run started${prompt}`,
    }
  }
  const { [agent]: _, ...woken } = story.woken
  const next = { ...story, woken, started: [...story.started, agent] }
  if (cause === 'handoff') {
    const line = `${agent}: woken by a handoff from another agent, a run started${prompt}`
    return { story: { ...next, handoffTold: true }, line: story.handoffTold ? undefined : line }
  }
  if (story.taskDone || story.taskRun !== undefined) return { story: next, line: undefined }
  return { story: { ...next, taskRun: run }, line: `${agent}: woken by the task, a run started${prompt}` }
}

function afterRunEnded(story: Story, agent: string, { run, data }: StoryRow): Told {
  const outcome = recordOf(data['outcome'])
  if (outcome['kind'] !== 'succeeded') {
    const tried = story.taskRun === run ? { ...story, taskRun: undefined } : story
    const why = textOf(outcome['detail'] ?? outcome['by'] ?? outcome['kind'])
    return afterFailure(tried, `${agent}: the run did not succeed: ${why}`)
  }
  if (run === null || story.taskRun !== run) return { story, line: undefined }
  const tokens = numberOf(data['tokens'])
  const took = formatDuration(numberOf(data['durationMs']) ?? 0)
  const cost = tokens === undefined ? '' : ` for ${tokens} tokens (simulated)`
  return {
    story: { ...story, taskRun: undefined, taskDone: true },
    line: `${agent}: the task is done, after ${took}${cost}`,
  }
}

function afterQuietTick(story: Story, agent: string, data: StoryRow['data']): Told {
  // A wake that ended quietly must not lend its reason to the agent's next run.
  const { [agent]: _, ...woken } = story.woken
  const next = { ...story, woken, quietCount: story.quietCount + 1 }
  if (story.quietCount >= QUIET_LINES_MAX) return { story: next, line: undefined }
  const tokens = numberOf(data['savedTokens'])
  const saved = tokens === undefined || tokens === 0 ? '' : `, about ${tokens} tokens saved`
  const reason = textOf(data['reason']).replace(/^quiet: /u, '')
  return { story: next, line: `${agent}: a quiet tick, no run, no cost${saved} (${reason})` }
}

function afterFailure(story: Story, line: string): Told {
  const failures = story.failures + 1
  return { story: { ...story, failures }, line: failures > FAILURE_LINES_MAX ? undefined : line }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\s+/gu, ' ').trim() : 'unknown'
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
