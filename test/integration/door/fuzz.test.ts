/** Nothing that somebody sends to the operator's door breaks the daemon, is half done, or goes unanswered. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { eventually } from '../../helpers/eventually.ts'
import { protocol } from '../../../src/ipc/protocol/table.ts'
import { isLong, sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import { complaintAbout, isAccepted } from './answers.ts'
import { attack, type Attack } from './requests.ts'
import { descriptors, residentMb, send, spread, type Received } from './wire.ts'

const rounds = isLong ? 3_000 : 250
const ABREAST = 10 // Requests at the same time; a round is so many.
const GROWTH_MB_MAX = 200 // A few bodies of 1 MiB at once, and what V8 has not yet given back.

/** What a verb leaves behind when it is done. */
const traces = {
  addTask: 'task.added',
  wake: 'wake.received',
  pause: 'work.paused',
  resume: 'work.resumed',
} as const

/** How often each of these was done, and how often nobody can say: the client left before the answer. */
class Ledger {
  readonly accepted = new Map<string, number>()
  readonly unknown = new Map<string, number>()

  note({ verb, bytes }: Attack, received: Received): void {
    if (verb === undefined || !Object.hasOwn(traces, verb)) return
    // Another method or path than the verb's asks for something else.
    const { method, path } = protocol[verb].route
    if (!bytes.toString('latin1').startsWith(`${method} ${path}`)) return
    const book = isAccepted(received) ? this.accepted : received.text === '' ? this.unknown : undefined
    book?.set(verb, (book.get(verb) ?? 0) + 1)
  }
}

test(
  'every answer to anything is a documented one, and what was refused was not done',
  { timeout: isLong ? 1_800_000 : 120_000 },
  async ({ site, expect }) => {
    const seed = Number(process.env['MARROW_TEST_SEED'] ?? Date.now() % 1_000_000)
    process.stdout.write(`MARROW_TEST_SEED=${seed}\n`)
    await site.write({ scout: { agent_command: sh('true') }, writer: { agent_command: sh('true') } })
    const daemon = await site.start()
    await atRest(daemon)
    const socketPath = join(site.stateDir, 'marrow.sock')
    const begun = await figures(daemon)
    const ledger = new Ledger()
    const healthMs: number[] = []
    const statuses = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(attack, { minLength: ABREAST, maxLength: ABREAST }), async (attacks) => {
        const complaints = await Promise.all(
          attacks.map(async (one) => {
            const received = await send(socketPath, one, one.verb === 'runOnce' ? 2_000 : 15_000)
            ledger.note(one, received)
            const status = received.text.slice(9, 12)
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
            const complaint = complaintAbout(one, received)
            return complaint === undefined
              ? []
              : [`${complaint}\n${described(one)}\n→ ${received.text.slice(0, 500)}`]
          }),
        )
        const from = performance.now()
        await daemon.ask('health', {})
        healthMs.push(performance.now() - from)
        expect(complaints.flat()).toEqual([])
      }),
      { seed, numRuns: rounds, interruptAfterTimeLimit: isLong ? 1_500_000 : 60_000 },
    )
    // An agent may be paused by itself: its wakes would wait for ever.
    const resumes = [{}, { agent: 'scout' }, { agent: 'writer' }]
    for (const params of resumes) await daemon.ask('resume', params)
    await atRest(daemon)
    for (const [verb, kind] of Object.entries(traces)) {
      const done = rowsOf(site, kind) - (verb === 'resume' ? resumes.length : 0)
      const [known, unknown] = [ledger.accepted.get(verb) ?? 0, ledger.unknown.get(verb) ?? 0]
      expect(done, `${verb}: at least what was accepted`).toBeGreaterThanOrEqual(known)
      expect(done, `${verb}: no more than what was accepted`).toBeLessThanOrEqual(known + unknown)
    }
    const queue = join(site.workspace, 'tasks/queue') // It is made for the first task, and chance may have sent none.
    expect(existsSync(queue) ? readdirSync(queue) : []).toHaveLength(rowsOf(site, 'task.added'))
    const end = await eventually('the descriptors of before', async () => {
      const now = await figures(daemon)
      return now.descriptors <= begun.descriptors ? now : undefined
    })
    const { median, worst } = spread(healthMs)
    const told = [...statuses]
      .map(([status, count]) => `${status || 'none'}: ${count}`)
      .toSorted((one, other) => one.localeCompare(other))
    process.stdout.write(
      `${healthMs.length * ABREAST} requests, answers ${told.join(', ')}; health behind them in ${median.toFixed(1)} ms (median), ` +
        `${worst.toFixed(1)} ms (worst); memory ${begun.memoryMb.toFixed(0)} → ${end.memoryMb.toFixed(0)} MB\n`,
    )
    expect(worst).toBeLessThan(2_000)
    expect(end.memoryMb - begun.memoryMb).toBeLessThan(GROWTH_MB_MAX)
  },
)

/** Waits until nothing runs and nothing is due: only then are descriptors to be counted. */
function atRest(daemon: SpawnedDaemon): Promise<true> {
  return eventually(
    'rest',
    async () => {
      const { agents, runs_open } = await daemon.ask('status', {})
      const isBusy = Object.values(agents).some(
        ({ tick_count, triggers_pending }) => tick_count === 0 || triggers_pending > 0,
      )
      return runs_open === 0 && !isBusy ? true : undefined
    },
    60_000,
  )
}

async function figures(daemon: SpawnedDaemon): Promise<{ descriptors: number; memoryMb: number }> {
  return { descriptors: descriptors(daemon.pid), memoryMb: residentMb(daemon.pid) }
}

function rowsOf(site: Site, kind: string): number {
  // An agent's task or handoff wakes too; only the operator's wakes are asked for here.
  const [row] = site.rows(
    `select count(*) as rows from events where kind = '${kind}' and (kind <> 'wake.received' or data like '%"cause":"operator"%')`,
  )
  return Number(row?.['rows'])
}

/** Enough to see what it was, and to send it again. */
function described({ what, verb, bytes, ends }: Attack): string {
  const text = JSON.stringify(bytes.subarray(0, 600).toString('latin1'))
  return `${what} of ${verb ?? 'nothing'}, ${bytes.length} bytes, ends ${ends}: ${text}`
}
