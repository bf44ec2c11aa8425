/** What a run that has fallen silent was doing, from the end of what it printed. */
import type { AgentEvent } from '../agents/adapter.ts'
import { adapterFor } from '../agents/adapters.ts'
import { oneLine } from '../agents/lines.ts'
import { runPaths } from '../runner/folder.ts'
import type { RunRecord } from '../runner/record.ts'
import { folderOf, type Core } from './core.ts'
import { readPart } from './read-part.ts'
import { withoutValues } from './redaction.ts'

const BYTES_READ = 65_536 // The last steps of every CLI, in a millisecond.
const CHARS_MAX = 80

/** In a few words; undefined: its output does not tell. Read once for as long as nothing more is printed. */
export function lastStepOf(core: Core, run: RunRecord, outputAt: number): string | undefined {
  const { lastSteps } = core.life
  const known = lastSteps.get(run.id)
  if (known?.outputAt === outputAt) return known.text
  const { stdout, stderr } = runPaths(folderOf(core.config, run.id))
  const redact = withoutValues(core)
  const read = (path: string) => redact(readPart(path, -BYTES_READ, BYTES_READ, true).text)
  const output = { stdout: read(stdout), stderr: read(stderr), exitCode: 0, endedAt: outputAt }
  const text = lastStep(adapterFor(run.adapter).events(output))
  lastSteps.set(run.id, { outputAt, text })
  return text
}

/** The call that has not ended; else whatever came last. */
function lastStep(events: readonly AgentEvent[]): string | undefined {
  const open = events.findLast((event) => event.kind === 'tool' && !event.ended)
  const told = [...events.map(inWords), open && inWords(open)].findLast((words) => words !== undefined)
  return told === undefined ? undefined : oneLine(told, CHARS_MAX)
}

function inWords(event: AgentEvent): string | undefined {
  switch (event.kind) {
    case 'session':
    case 'usage':
      return undefined
    case 'tool':
      return `${event.name}: ${event.input}`
    case 'text':
    case 'result':
      return `said: ${event.text}`
    case 'limit':
      return `waits: ${event.failure.detail}`
    case 'error':
      return `error: ${event.failure.detail}`
  }
}
