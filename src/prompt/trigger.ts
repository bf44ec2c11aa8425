// Owns the trigger layer: everything that asked for this tick, merged into one block.
import { isoTime } from '../base/time.ts'
import { compareText, layerNames, type Layer } from './layers.ts'

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
  const parts = triggers.toSorted(compareTriggers).map(describeTrigger)
  return [...new Set(parts)].join('\n\n')
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
