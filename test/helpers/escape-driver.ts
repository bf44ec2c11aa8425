/**
 * Owns one whole attack on a real daemon, as a program of its own so that any user can be the one who runs it:
 * `node escape-driver.ts required|off PARENT`. Prints what became of every attempt, as JSON. Nothing is left behind.
 */
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyringAttempt, scriptLine, type Places } from '../../src/isolation/attempts.ts'
import { readClaims, type AttemptReport } from '../../src/isolation/report.ts'
import { makeFixture } from '../../src/isolation/run/fixture.ts'
import { ask } from '../../src/ipc/client.ts'
import type { RunView } from '../../src/ipc/protocol/runs.ts'
import { eventually } from './eventually.ts'
import { startProgram, type Started } from './programs.ts'
import { holdingKey } from './session-key.ts'

/** What the driver prints. */
export interface Attack {
  readonly user: number
  /** Who gets out where there is no wall, by the name of the attempt. */
  readonly open: Readonly<Record<string, string>>
  readonly reports: readonly AttemptReport[]
  readonly outcome: string | null
  readonly log: string
}

const root = join(import.meta.dirname, '..', '..')
const SLOW_MS = 60_000

/** A configuration under which the whole fixture may be written but for what marrow itself keeps from every run. */
function configOf({ folder, core, state, workspace, otherWorkspace, outer }: Places, mode: string): string {
  const command = ['marrow', 'sim', 'agent', '--as', 'generic', '--script', join(workspace, 'attempts')]
  return `
state_dir = '${state}'
core_dir = '${core}'
stop_grace_seconds = 0
isolation.mode = '${mode}'
ipc.socket_path = '${join(state, 'door.sock')}'

[[agents]]
name = 'inmate'
workspace = '${workspace}'
agent_command = ${JSON.stringify(command)}
heartbeat_interval = 3600
[agents.isolation]
network = false
read_write = ['${folder}']
read_only = ['${join(outer, 'inner')}']

[[agents]]
name = 'other'
workspace = '${otherWorkspace}'
agent_command = ["true"]
heartbeat_interval = 3600
`
}

async function attack(mode: string, parent: string): Promise<Attack> {
  const [key, keySecret] = [`marrow-${randomUUID()}`, randomUUID()]
  await using fixture = await makeFixture({
    parent,
    more: [keyringAttempt(key, keySecret)],
    runtimeDir: undefined,
    network: false,
    furnish: (places) => {
      mkdirSync(join(places.core, 'prompts'))
      cpSync(join(root, 'prompts', 'rules.md'), join(places.core, 'prompts', 'rules.md'))
      writeFileSync(join(places.layer, 'marrow.toml'), configOf(places, mode))
    },
  })
  const { places, attempts } = fixture
  writeFileSync(join(places.workspace, 'attempts'), attempts.map((one) => `${scriptLine(one)}\n`).join(''))
  // Without a wall marrow.toml is overwritten by an attempt, which the daemon must survive.
  const [program, ...words] = [...holdingKey(key, keySecret), join(root, 'bin', 'marrow')]
  const daemon = startProgram(
    program,
    [...words, 'run', '--json-logs', '-c', join(places.layer, 'marrow.toml')],
    { HOME: places.home, TMUX: '/tmp/tmux,1,0', SSH_AUTH_SOCK: '/tmp/agent', DOCKER_HOST: 'unix:///tmp/d' },
  )
  try {
    const run = await endedRun(join(places.state, 'door.sock'), daemon)
    const claims = readClaims(readFileSync(join(places.state, 'runs', run.id, 'stdout'), 'utf8'))
    return {
      user: process.getuid?.() ?? -1,
      open: Object.fromEntries(attempts.map(({ name, open }) => [name, open])),
      reports: fixture.judge(claims),
      outcome: run.outcome,
      log: daemon.err(),
    }
  } catch (error) {
    throw new Error(`The attack was not finished:\n${daemon.err()}`, { cause: error })
  } finally {
    daemon.signal('SIGTERM')
    await daemon.ended
  }
}

function endedRun(socketPath: string, daemon: Started): Promise<RunView> {
  let end: number | string | undefined
  void daemon.ended.then((how) => {
    end = how
  })
  return eventually(
    'the end of the run',
    async () => {
      if (end !== undefined) throw new Error(`The daemon ended with ${end}.`)
      const found = await ask(socketPath, 'runs', { agent: 'inmate' }, { timeoutMs: SLOW_MS }).catch(
        () => undefined,
      )
      return found?.runs.find(({ state }) => state === 'ended')
    },
    SLOW_MS,
  )
}

const [mode = 'required', parent = '/tmp'] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await attack(mode, parent)))
