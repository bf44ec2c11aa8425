/**
 * The way in which any command can report to marrow: a line of JSON on stdout with the one key `marrow`.
 * docs/agent-adapters.md tells users about it. Several lines add up: figures are summed, the last result, session
 * and error count, and `"error": null` takes an error back.
 */
import { z } from 'zod'
import type { Failure, Usage } from '../adapter.ts'
import { boundedTime, detailOf, readDate } from '../failures.ts'
import { addUsage } from '../reading.ts'

const Count = z.number().int().min(0).catch(0)

const ReportLine = z.object({
  marrow: z.object({
    result: z.string().optional().catch(undefined),
    usage: z
      .object({
        inputTokens: Count,
        outputTokens: Count,
        cacheReadTokens: Count,
        cacheWriteTokens: Count,
      })
      .optional()
      .catch(undefined),
    costUsd: z.number().min(0).max(1e9).optional().catch(undefined),
    session: z.string().max(200).optional().catch(undefined),
    error: z
      .object({
        reason: z
          .enum([
            'authentication',
            'rate-limit',
            'connection',
            'permission-denied',
            'wrong-agent',
            'no-result',
            'error',
          ])
          .catch('error'),
        detail: z.string().catch(''),
        until: z.string().optional().catch(undefined),
        retryAfterSeconds: z.number().min(0).optional().catch(undefined),
      })
      .nullable()
      .optional()
      .catch(undefined),
  }),
})

/** What one line said. */
export type ReportLine = z.infer<typeof ReportLine>['marrow']
type ReportedError = NonNullable<ReportLine['error']>

/** All lines of a run taken together. `error` is undefined when none was said, or the last one taken back. */
export interface Report {
  readonly result: string | undefined
  readonly usage: Usage | undefined
  readonly costUsd: number | undefined
  readonly session: string | undefined
  readonly error: ReportedError | undefined
}

/** Whether a line of output is meant for marrow. It may still be cut or malformed. */
export function isReportLine(line: string): boolean {
  return /^\s*\{\s*"marrow"/.test(line)
}

/** The report in such a line; undefined when it is cut or malformed. */
export function readReportLine(line: string): ReportLine | undefined {
  try {
    return ReportLine.safeParse(JSON.parse(line)).data?.marrow
  } catch {
    return undefined
  }
}

/** Adds up the lines of a run. */
export function sumReports(lines: readonly ReportLine[]): Report {
  const usages = lines.flatMap(({ usage }) => usage ?? [])
  const costs = lines.flatMap(({ costUsd }) => costUsd ?? [])
  return {
    result: lines.findLast(({ result }) => result !== undefined)?.result,
    usage: usages.length === 0 ? undefined : usages.reduce(addUsage),
    costUsd: costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0),
    session: lines.findLast(({ session }) => session !== undefined)?.session,
    error: lines.findLast(({ error }) => error !== undefined)?.error ?? undefined,
  }
}

/** The failure that a reported error means; `endedAt` is epoch ms, from which "retry after" counts. */
export function failureOfReport(
  { reason, detail, until, retryAfterSeconds }: ReportedError,
  endedAt: number,
): Failure {
  const described = detail === '' ? `the command reported ${reason}` : detailOf(detail)
  if (reason !== 'rate-limit') return { reason, detail: described }
  const time = retryAfterSeconds === undefined ? readDate(until) : endedAt + retryAfterSeconds * 1_000
  return { reason, detail: described, until: time === undefined ? undefined : boundedTime(time, endedAt) }
}
