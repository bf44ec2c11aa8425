// Owns the task layer: what a run that another run asked for is to do, and for whom.
import { isoTime } from '../base/time.ts'
import { layerNames, type Layer } from './layers.ts'

/** What a child is told of where its task comes from. */
export interface Asked {
  /** The agent that is accountable. */
  readonly agent: string
  readonly parent: string
  /** The role of the one who asks; undefined: it has none. */
  readonly parentRole: string | undefined
  readonly task: string
  /** Epoch ms. */
  readonly deadline: number
  readonly detached: boolean
}

/** The task in the asker's words, behind those of marrow: no line of it can pass for the header of rules or of a role. */
export function taskLayer(asked: Asked): Layer {
  const asker = asked.parentRole === undefined ? asked.agent : `${asked.parentRole} of ${asked.agent}`
  const reader = asked.detached
    ? `${asked.agent} gets your last message as a handoff`
    : 'your last message is all that the one who asked gets to see'
  const text = `${asker} handed you one task, in the run ${asked.parent}. ${asked.agent} stays accountable for it; you do it, and nothing beyond it. \
You are ended at ${isoTime(asked.deadline)} at the latest. ${capital(reader)}: say in it what came of the task, how one sees that, and what is left.

The task:

${quoteHeaders(asked.task.trim())}`
  return {
    kind: 'task',
    name: layerNames.task,
    source: 'delegation',
    text,
    volatile: false,
    failed: undefined,
  }
}

/** What looks like a header becomes a quotation: it says the same, and begins nothing. */
function quoteHeaders(text: string): string {
  return text.replace(/^(?=[\t\p{Zs}\p{Cf}]*\p{Pd}{2,}[\t\p{Zs}\p{Cf}]*\[)/gmu, '> ')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
