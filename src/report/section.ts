/** Owns the parts that a report is shown in, whoever shows them. Times in texts are ISO: who shows them makes them local. */
import type { Report } from '../ipc/protocol/report.ts'

/** One thing that is told, on a line of its own. */
export interface Entry {
  readonly text: string
  readonly tone?: 'bad' | undefined
  /** Lines that belong to it. */
  readonly below?: readonly string[]
  /** What to do about it. */
  readonly fix?: string
}

/** Entries under one title. One without entries is not shown. */
export interface Section {
  readonly title: string
  readonly entries: readonly Entry[]
}

/** What the report says about one subject. */
export type SectionOf = (report: Report) => Section
