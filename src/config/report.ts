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
      // Whoever wrote `NAME=value` for a name has written a value, which may be a secret.
      const told = step.replace(/=.*$/su, '=…')
      const name = /^[A-Za-z0-9_-]+$/.test(told) ? told : JSON.stringify(told)
      return index === 0 ? name : `.${name}`
    })
    .join('')
}

/** The issue as it is shown. `line` is where its key stands, or undefined when it has no place. */
export function problemOf(issue: Issue, file: string, line: number | undefined): Problem {
  return { file, line: issue.line ?? line, key: keyText(issue.path), reason: issue.reason, fix: issue.fix }
}

/**
 * A formatted problem without what its author wrote there, which is quoted behind a colon or as a time zone: for
 * whatever keeps it. A secret that stands in the wrong place is no reader's business.
 */
export function withoutWritten(line: string): string {
  const fixAt = line.lastIndexOf(' Fix: ')
  const [said, fix] = fixAt < 0 ? [line, ''] : [line.slice(0, fixAt), line.slice(fixAt)]
  return said.replace(/(?::|(?<= time zone)) ".*$/su, '.') + fix
}
