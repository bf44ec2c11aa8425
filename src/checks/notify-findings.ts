/** Owns what doctor makes of the ways to the operator: that one of them cannot work is noticed too late otherwise. */
import { finder, type Finding } from './finding.ts'
import type { NotifyFacts } from './observed.ts'

export function notifyFindings({ missing, noSession }: NotifyFacts): Finding[] {
  const about = finder('notify')
  const found = missing.map((program) =>
    about.issue(
      `${program} is missing, or may not be executed: you would not be told`,
      `Install ${program}, or change [notify]; then: marrow notify test.`,
    ),
  )
  if (!noSession) return found
  const problem = 'desktop is on, but no desktop session can be reached from here'
  const fix = 'Start marrow in your desktop session, or choose another way in [notify].'
  return [...found, about.hint(problem, fix)]
}
