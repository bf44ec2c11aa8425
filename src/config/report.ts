/** What is wrong with a file, collected while it is read. */
import type { Problem } from '../base/errors.ts'

/** Where a value stands in the file: `['agents', 0, 'name']`. The empty path is the file as a whole. */
export type KeyPath = readonly (string | number)[]

/** One mistake, or one thing that is allowed but unwise, before its line is known. */
export interface Issue {
  readonly path: KeyPath
  readonly reason: string
  readonly fix: string | undefined
  /** Known beforehand only for mistakes in the syntax, which leave no tree to look in. */
  readonly line?: number
}

/** Collects everything that is found, so that all mistakes of a file are shown at once. */
export interface Report {
  readonly problems: Issue[]
  readonly warnings: Issue[]
  readonly problem: (path: KeyPath, reason: string, fix?: string) => void
  readonly warning: (path: KeyPath, reason: string, fix?: string) => void
}

export function newReport(): Report {
  const problems: Issue[] = []
  const warnings: Issue[] = []
  return {
    problems,
    warnings,
    problem: (path, reason, fix) => problems.push({ path, reason, fix }),
    warning: (path, reason, fix) => warnings.push({ path, reason, fix }),
  }
}

/** `agents[0].env.set.KEY`: the path as its author would write it. */
export function keyText(path: KeyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      const name = /^[A-Za-z0-9_-]+$/.test(step) ? step : JSON.stringify(step)
      return index === 0 ? name : `.${name}`
    })
    .join('')
}

/** The issue as it is shown. `line` is where its key stands, or undefined when it has no place. */
export function problemOf(issue: Issue, file: string, line: number | undefined): Problem {
  return { file, line: issue.line ?? line, key: keyText(issue.path), reason: issue.reason, fix: issue.fix }
}
