/** Runs that take more than they may, in daemons with and without cgroups. As root, as CI is, both are there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { digest } from '../../src/base/digest.ts'
import { installedProgram } from '../../src/daemon/here.ts'
import { cgroupPrefix } from '../../src/isolation/limits.ts'
import { cgroupsIn, killCgroup, removeCgroup } from '../../src/platform/cgroup.ts'
import { findCgroups, type CgroupFolders } from '../../src/platform/cgroup-place.ts'
import { systemProcesses } from '../../src/platform/processes.ts'
import { sh, test as base, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'

const place = findCgroups(installedProgram().enter)
const NAP = `60.${process.pid}` // Seconds, and a mark of what sleeps without an environment.
const simulatedAgent = join(import.meta.dirname, '..', 'helpers', 'simulated-agent.ts')

/** Words of a simulated agent that does this. */
function simulated(...words: string[]): string {
  return JSON.stringify([process.execPath, simulatedAgent, ...words])
}

/** Cgroups of a home that are there now. */
function cgroupsOf({ stateDir }: Home): CgroupFolders[] {
  return place === undefined ? [] : [...cgroupsIn(place, cgroupPrefix(digest(stateDir))).values()]
}

/** `test` with `home`, of which no cgroup is left even if the test fails. */
const test = base.extend<{ cgroupsGone: undefined }>({
  cgroupsGone: [
    async ({ home }, use) => {
      await use(undefined)
      await eventually('its cgroups to be gone', () => {
        for (const cgroup of cgroupsOf(home)) killCgroup(cgroup)
        return cgroupsOf(home).every(removeCgroup) || undefined
      })
    },
    { auto: true },
  ],
})

/** What has the id of a run in its environment, and what an agent of this file left to sleep. */
function processesOf(run: string): number[] {
  const rows = systemProcesses.list().filter((row) => !row.zombie)
  const isOf = (pid: number) =>
    systemProcesses.hasEnvironment(pid, `MARROW_RUN=${run}`) ||
    systemProcesses.commandLine(pid) === `sleep ${NAP}`
  return rows.map(({ pid }) => pid).filter(isOf)
}

/** The first run that ends: how, and nothing of it is left. */
async function endOf(daemon: LiveDaemon, home: Home): Promise<{ outcome: string | null; left: number }> {
  const [run] = await daemon.ended(1)
  if (run === undefined) throw new Error('a run must have ended')
  await eventually('its cgroup to be gone', () => (cgroupsOf(home).length === 0 ? true : undefined))
  return { outcome: run.outcome, left: processesOf(run.id).length }
}

interface Case {
  readonly what: string
  readonly command: string
  readonly limits: string
  readonly outcome: string
}

const overMemory: readonly Case[] = [
  {
    what: 'takes too much memory itself',
    command: simulated('--eat', '600MB', '--hang'),
    limits: '{ memory = "192MiB" }',
    outcome: 'ended by its memory limit (192MiB)',
  },
  {
    what: 'goes on while its tool takes too much',
    command: sh(`"${process.execPath}" "${simulatedAgent}" --eat 600MB --hang; sleep ${NAP}`),
    limits: '{ memory = "192MiB" }',
    outcome: 'ended by its memory limit (192MiB)',
  },
  {
    what: 'has too many processes',
    command: simulated('--fork-bomb', '60', '--hang'),
    limits: '{ processes = 40 }',
    outcome: 'ended by its limit of processes (40)',
  },
  {
    what: 'starts many that are deaf, in sessions of their own and without its environment',
    command: sh(
      `trap '' TERM; for i in $(seq 200); do env -i setsid sleep ${NAP} & done; while :; do sleep ${NAP}; done`,
    ),
    limits: '{ processes = 30 }',
    outcome: 'ended by its limit of processes (30)',
  },
]

const written: Case = {
  what: 'writes too large a file',
  command: simulated('--write-file', '9MB', '--hang'),
  limits: '{ file_size = "1MiB" }',
  outcome: 'ended by its file size limit (1MiB)',
}

describe.runIf(place?.memory !== undefined && place.processes !== undefined)('in a cgroup', () => {
  test.for([...overMemory, written])(
    'a run that $what is ended by name, and leaves nothing',
    async ({ command, limits, outcome }, { home, expect }) => {
      await home.write({ taker: { agent_command: command, isolation: limits } })
      const daemon = await home.start()
      expect(await endOf(daemon, home)).toEqual({ outcome, left: 0 })
      const [event] = await daemon.events('run.ended')
      expect(event?.data['outcome']).toMatchObject({ kind: 'ended' })
    },
  )

  test('a run within its limits ends as it would without', async ({ home, expect }) => {
    const limits = '{ memory = "512MiB", processes = 100, file_size = "10MB" }'
    const command = simulated('--eat', '100MB', '--fork-bomb', '5', '--write-file', '9MB')
    await home.write({ taker: { agent_command: command, isolation: limits } })
    expect(await endOf(await home.start(), home)).toEqual({ outcome: 'succeeded', left: 0 })
  })

  test('a run is inside before its first instruction', async ({ home, expect }) => {
    await home.write({
      taker: { agent_command: sh('cat /proc/self/cgroup'), isolation: '{ memory = "512MiB" }' },
    })
    const daemon = await home.start()
    const [run] = await daemon.ended(1)
    const printed = readFileSync(join(home.stateDir, 'runs', run?.id ?? '', 'stdout'), 'utf8')
    expect(printed).toContain(`${cgroupPrefix(digest(home.stateDir))}${run?.id}`)
  })
})

describe.runIf(place?.memory !== undefined && place.processes !== undefined)(
  'in a cgroup and behind the wall',
  () => {
    test.for<[what: string, line: string, limits: string, outcome: string]>([
      [
        'takes too much memory',
        `(head -c 300000000 /dev/zero; sleep ${NAP}) | tail -n 1`,
        'memory = "64MiB"',
        'ended by its memory limit (64MiB)',
      ],
      [
        'fills its private /tmp, which is memory too',
        `head -c 300000000 /dev/zero >/tmp/large; sleep ${NAP}`,
        'memory = "64MiB"',
        'ended by its memory limit (64MiB)',
      ],
      [
        'forks without end',
        `trap '' TERM; while :; do setsid sleep ${NAP} & done`,
        'processes = 30',
        'ended by its limit of processes (30)',
      ],
      [
        'has as many processes as it may',
        'for i in $(seq 29); do sleep 1 & done; wait',
        'processes = 30',
        'succeeded',
      ],
    ])('a run that %s', async ([, line, limits, outcome], { home, expect }) => {
      await home.write(
        { taker: { agent_command: sh(line), isolation: `{ ${limits} }` } },
        'isolation.mode = "required"',
      )
      expect(await endOf(await home.start(), home)).toEqual({ outcome, left: 0 })
    })
  },
)

describe('where no cgroup can be made', () => {
  const program = { enter: '/bin/false' }

  test.for([...overMemory, written])(
    'a run that $what is ended by name, and leaves nothing',
    async ({ command, limits, outcome }, { home, expect }) => {
      await home.write({ taker: { agent_command: command, isolation: limits } })
      const daemon = await home.start({ program })
      expect(await endOf(daemon, home)).toEqual({ outcome, left: 0 })
    },
  )

  test('status says by agent what only looking limits', async ({ home, expect }) => {
    const limited = { agent_command: sh('true'), isolation: '{ memory = "192MiB", file_size = "1MiB" }' }
    await home.write({ limited, free: { agent_command: sh('true') } })
    const daemon = await home.start({ program })
    await daemon.ended(2)
    const { agents } = await daemon.handlers.status({})
    const missing = (name: string) => agents[name]?.not_isolated
    expect(missing('limited')).toContain(
      'the memory is looked at once a second, because no cgroup can be made here; what it keeps in files without a name (memfd) is not counted',
    )
    expect(missing('free')).toHaveLength((missing('limited')?.length ?? 0) - 1)
  })
})

test('a run whose cgroup cannot be made is not started, and says why', async ({ home, expect }) => {
  await home.write({ taker: { agent_command: sh('true'), isolation: '{ memory = "192MiB" }' } })
  const daemon = await home.start({ scheduled: false })
  const nowhere = { version: 2, memory: '/proc/nowhere', processes: undefined } as const
  Object.assign(daemon.core, { limitFacts: { cgroups: nowhere, prlimit: undefined } })
  const { ticks } = await daemon.handlers.runOnce({ agents: ['taker'] })
  expect(ticks[0]?.outcome).toMatch(/^not started: Cannot make a cgroup: ENOENT/)
})
