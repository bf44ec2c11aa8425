/** Owns the form in which a configured agent is printed as JSON. */
import { z } from 'zod'

/** A length of time. */
export const ms = (about: string) => z.number().describe(`${about} (ms)`)
const minute = z.int().describe('Minutes since midnight.')

const Schedule = z.union([
  z.object({ kind: z.literal('interval'), intervalMs: ms('Time between slots') }),
  z.object({
    kind: z.literal('cron'),
    expression: z.string(),
    timezone: z.string().optional().describe('Missing: the zone of the machine.'),
  }),
])

const spendingLimits = z
  .object({
    runs_per_day: z.int().optional(),
    tokens_per_day: z.int().optional(),
    usd_per_day: z.number().optional(),
    keep_plan_percent: z.int().optional(),
  })
  .describe('Limits on spending; missing: no limit.')

/** One agent as the configuration has it. */
export const ConfiguredAgent = z
  .object({
    name: z.string(),
    slug: z.string().describe('Its name as it stands in run ids and folders.'),
    schedule: Schedule,
    catchUp: z.enum(['once', 'skip']),
    activeHours: z
      .object({ fromMinute: minute, toMinute: minute, timezone: z.string().optional() })
      .optional()
      .describe('Missing: always.'),
    timeoutMs: ms('The deadline of a run'),
    staleAfterMs: ms('How long a run may be silent; 0: for ever'),
    command: z.array(z.string()).describe('The words of `agent_command`.'),
    project: z.string().describe('The project that it belongs to.'),
    workspace: z.string(),
    workDir: z.string(),
    repository: z.string().optional().describe('Missing: it works in it, and not in a worktree of its own.'),
    contextDirs: z.array(z.string()),
    role: z.string().optional(),
    roleVia: z.enum(['auto', 'native', 'prompt']),
    adapter: z.string().describe('Which agent CLI it is read as.'),
    promptVia: z.enum(['stdin', 'argument', 'file']).optional().describe('Missing: as the adapter does it.'),
    env: z.object({ pass: z.array(z.string()), set: z.record(z.string(), z.string()) }),
    isolation: z.object({
      mode: z.enum(['required', 'preferred', 'off']),
      readOnly: z.array(z.string()),
      readWrite: z.array(z.string()),
      network: z.boolean(),
      secrets: z.array(z.string()),
      limits: z.object({
        memoryBytes: z.number().optional().describe('Missing: no limit.'),
        processesMax: z.int().optional(),
        fileBytesMax: z.number().optional(),
      }),
      user: z.string().optional().describe("Missing: the daemon's own."),
      bypassWithoutIsolation: z.boolean(),
    }),
    limits: spendingLimits,
    gate: z.enum(['always', 'changed']),
    gateWritten: z.boolean().describe('Whether the file says so, or it is the default.'),
    maxQuietMs: ms('The longest silence'),
    wakeOn: z.array(z.enum(['handoff', 'tasks'])),
    logRetentionDays: z.number().describe('0: for ever.'),
    logMaxCount: z.number().describe('0: all.'),
  })
  .meta({
    id: 'ConfiguredAgent',
    description: 'One agent of the configuration, every default filled in, every path absolute.',
  })
