// Owns the trigger layer: everything that asked for this tick, merged into one block.
import { isoTime } from '../base/time.ts'
import { compareText, layerNames, type Layer } from './layers.ts'

const FILES_TOLD_MAX = 200 // As many as the context provider of the queue lists.

/** One thing that asked for a tick: a wake by somebody, a handoff, a task. */
export interface Trigger {
  /** Who or what: `operator`, `agent scout`, `handoff`, `tasks`. */
  readonly cause: string
  /** One line; may be empty. */
  readonly reason: string
  /** What to do, in the sender's words; may be empty. */
  readonly prompt: string
  /** Epoch ms. Its absolute form is printed, so that the same triggers are the same bytes at any later time. */
  readonly at: number
}

/** The one trigger layer of a tick; undefined when nothing asked for it. */
export function triggerLayer(triggers: readonly Trigger[]): Layer | undefined {
  if (triggers.length === 0) return undefined
  const text = describeTriggers(triggers)
  return {
    kind: 'trigger',
    name: layerNames.trigger,
    source: 'built in',
    text,
    volatile: false,
    failed: undefined,
  }
}

/** Oldest first, whatever order they are given in; the same trigger given twice is said once. */
export function describeTriggers(triggers: readonly Trigger[]): string {
  const inOrder = triggers.toSorted(compareTriggers)
  const files = inOrder.filter(isFileOnly)
  const told = new Set(
    inOrder.filter((one) => !isFileOnly(one) || files.indexOf(one) < FILES_TOLD_MAX).map(describeTrigger),
  )
  const more = files.length - FILES_TOLD_MAX
  return [...told, ...(more > 0 ? [`and ${more} more files`] : [])].join('\n\n')
}

/** It only points to a file, which lies in its folder all the same; what an operator says stands nowhere else. */
function isFileOnly({ cause, prompt }: Trigger): boolean {
  return (cause === 'tasks' || cause === 'handoff') && prompt.trim() === ''
}

function describeTrigger({ cause, reason, prompt, at }: Trigger): string {
  const line = `${isoTime(at)} ${oneLine(cause)}${reason.trim() === '' ? '' : `: ${oneLine(reason)}`}`
  return prompt.trim() === '' ? line : `${line}\n${prompt.trim()}`
}

function compareTriggers(a: Trigger, b: Trigger): number {
  return (
    a.at - b.at ||
    compareText(a.cause, b.cause) ||
    compareText(a.reason, b.reason) ||
    compareText(a.prompt, b.prompt)
  )
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/gu, ' ')
}
