/** Owns what a finding of doctor is: something that it has to say, and what to do about it. */

/** One thing that doctor has to say. Only an `issue` makes it fail; a `hint` is advice. */
export interface Finding {
  /** What it is about: an agent's name, `state`, `core`, `machine`, `daemon`, the configuration's path. */
  readonly subject: string
  readonly problem: string
  readonly fix: string
  readonly level: 'issue' | 'hint'
}

/** Makes findings about one subject. */
export type Finder = ReturnType<typeof finder>

export function finder(subject: string) {
  return {
    issue: (problem: string, fix: string): Finding => ({ subject, problem, fix, level: 'issue' }),
    hint: (problem: string, fix: string): Finding => ({ subject, problem, fix, level: 'hint' }),
  }
}
