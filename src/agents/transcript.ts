/** Owns what a run's stdout says, read part by part while it grows, in little memory however much it prints. */
import type { Adapter } from './adapter.ts'
import { LINE_CHARS_MAX } from './json-lines.ts'
import { startTelling, tell, tellRest, type Step } from './telling.ts'

/** A transcript while it is made. */
export interface Transcript {
  /** The next part of stdout. A line that is not whole yet is waited for. `now` in epoch ms. */
  push(text: string, now: number): Step[]
  /** There is no more: what was waited for is told as it is. */
  end(now: number): Step[]
}

/** `inside`: the first part begins in the middle of a line, which is left out. */
export function createTranscript(adapter: Pick<Adapter, 'line'>, inside = false): Transcript {
  const lines = createLines(inside)
  const telling = startTelling()
  const read = (line: string | undefined, now: number): Step[] => {
    if (line === undefined) return tell(telling, { kind: 'unreadable' }, undefined)
    const reading = adapter.line(line, now)
    switch (reading.kind) {
      case 'plain':
        return tell(telling, { kind: 'text', text: lastState(line) }, undefined)
      case 'unreadable':
        return tell(telling, { kind: 'unreadable' }, undefined)
      case 'told':
        return reading.events.flatMap((event) => tell(telling, event, reading.at))
    }
  }
  return {
    push: (text, now) => lines.push(text).flatMap((line) => read(line, now)),
    end: (now) => [...lines.end().flatMap((line) => read(line, now)), ...tellRest(telling)],
  }
}

/** A progress bar writes its line again and again. */
function lastState(line: string): string {
  return line.split('\r').findLast((part) => part.trim() !== '') ?? ''
}

/** Whole lines of a text that comes in parts; undefined stands for one that is too long to be kept. */
function createLines(inside: boolean) {
  let pending: string[] = []
  let [length, dropped, skipped] = [0, false, inside]
  const close = (rest: string): (string | undefined)[] => {
    const line = [...pending, rest].join('')
    const tooLong = dropped || line.length > LINE_CHARS_MAX
    const wasSkipped = skipped
    ;[pending, length, dropped, skipped] = [[], 0, false, false]
    return wasSkipped ? [] : [tooLong ? undefined : line]
  }
  return {
    push: (text: string): (string | undefined)[] => {
      const parts = text.split('\n')
      const rest = parts.pop() ?? ''
      const whole = parts.flatMap(close)
      length += rest.length
      if (length > LINE_CHARS_MAX) [pending, dropped] = [[], true]
      else if (rest !== '') pending.push(rest)
      return whole
    },
    end: () => (length === 0 && !dropped ? [] : close('')),
  }
}
