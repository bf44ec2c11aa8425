/** The self-test of the wall: the simulated agent tries every way out of it, in a world made for that. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../base/errors.ts'
import { runCommand, type CommandResult } from '../platform/command.ts'
import { scriptLine, type Places } from './attempts.ts'
import { noCliFolders } from './home.ts'
import { diskFacts } from './observe.ts'
import type { Policy } from './policy.ts'
import { readClaims, reportOf, unusable, type WallReport } from './report.ts'
import { makeFixture, type Fixture } from './run/fixture.ts'
import { inabilityOf } from './unable.ts'
import { policyFor } from './wishes.ts'
import type { Command } from './wrap.ts'

/** A wall, and with what it is attacked. */
export interface WallTest {
  /** Puts a command behind the wall that is tested. */
  readonly wrap: (command: Command, policy: Policy) => Command
  /** The words that start the simulated agent. */
  readonly actor: readonly string[]
  /** The folder of the installed program, which a run sees. */
  readonly programRoot: string
  /** What a run finds in its environment; PATH at least. */
  readonly env: Readonly<Record<string, string>>
  /** An existing folder, such as /tmp, in which the test's own is made; the paths of sockets must fit below it. */
  readonly parent: string
  /** `$XDG_RUNTIME_DIR` of the daemon; undefined: there is none. */
  readonly runtimeDir: string | undefined
  /** False: also that runs without a network have none. */
  readonly network: boolean
}

const DEADLINE_MS = 30_000 // Usually a third of a second; a machine that has just booted, or is very busy, is slow.
const OUTPUT_BYTES_MAX = 262_144

/** Never rejects: a wall that cannot be tested does not hold. */
export async function testWall(test: WallTest, signal: AbortSignal): Promise<WallReport> {
  try {
    await using fixture = await makeFixture(test)
    const harmless = await runBehind(test, fixture, ['true'], signal)
    if (harmless.kind !== 'exited' || harmless.exitCode !== 0) return unableToRun(harmless)
    const script = join(fixture.places.workspace, 'attempts')
    writeFileSync(script, fixture.attempts.map((one) => `${scriptLine(one)}\n`).join(''))
    const ended = await runBehind(
      test,
      fixture,
      [...test.actor, '--script', script, '--as', 'generic'],
      signal,
    )
    const claims = 'stdout' in ended ? readClaims(ended.stdout) : new Map<string, never>()
    const report = reportOf(fixture.judge(claims))
    // What ended it might have been an attempt; and a test that was not finished proves nothing.
    const whole = ended.kind === 'exited' && ended.exitCode === 0 && claims.size >= fixture.attempts.length
    // Of whom nothing was heard it cannot be said that he got out.
    const told = claims.size > 0 && !report.holds
    return whole || told ? report : { ...report, ...unfinished(ended) }
  } catch (error) {
    return {
      ...unusable(`the isolation cannot be tested: ${reasonOf(error)}`, `Make room in ${test.parent}.`),
      unfinished: true,
    }
  }
}

/** A command as a run of an agent that may write the whole world but what marrow keeps from it. */
function runBehind(
  { wrap, env, programRoot, network }: WallTest,
  { places }: Fixture,
  words: readonly string[],
  signal: AbortSignal,
): Promise<CommandResult> {
  const { workspace, home } = places
  const path = env['PATH'] ?? ''
  const policy = policyFor({ ...agentIn(places, network), programRoot, home, path, words }, diskFacts)
  const own = { HOME: home, MARROW_WORKSPACE: workspace, MARROW_WORK_DIR: workspace }
  const command = wrap({ words, cwd: workspace, env: { ...env, ...own } }, policy)
  return runCommand(command.words, {
    cwd: command.cwd,
    env: command.env,
    deadlineMs: DEADLINE_MS,
    signal,
    maxBytes: OUTPUT_BYTES_MAX,
  })
}

/**
 * `read_write` of the whole folder, so that each rule of the policy has to hold by itself: nothing is safe only because
 * what lies around it is.
 */
function agentIn(
  { folder, core, layer, state, workspace, otherWorkspace, home, settings, outer }: Places,
  network: boolean,
) {
  const agent = {
    name: 'test',
    slug: 'test',
    workspace,
    workDir: workspace,
    contextDirs: [],
    isolation: {
      mode: 'required',
      readOnly: [join(outer, 'inner')],
      readWrite: [folder],
      network,
      secrets: [],
      limits: { memoryBytes: undefined, processesMax: undefined, fileBytesMax: undefined },
      user: undefined,
      bypassWithoutIsolation: false,
    },
    env: { pass: [], set: {} },
  } as const
  const other = { ...agent, name: 'other', slug: 'other', workspace: otherWorkspace, workDir: otherWorkspace }
  return {
    agent,
    config: {
      path: join(layer, 'marrow.toml'),
      operatorDir: layer,
      stateDir: state,
      coreDir: core,
      ipc: { enabled: true, socketPath: join(state, 'marrow.sock'), taskDir: '' },
      agents: [agent, other],
    },
    cli: { ...noCliFolders, obeyed: [settings], kept: [join(home, '.cli', 'kept')] },
    runFiles: [],
  }
}

function unableToRun(ended: CommandResult): WallReport {
  if (ended.kind === 'missing')
    return unusable(`the wall cannot be put up: ${ended.detail}`, 'Install bubblewrap.')
  if (ended.kind !== 'exited') return { attempts: [], ...unfinished(ended) }
  const { reason, fix } = inabilityOf(ended.stderr, ended.exitCode)
  return unusable(reason, fix)
}

function unfinished(ended: CommandResult): Pick<WallReport, 'holds' | 'why' | 'fix' | 'unfinished'> {
  const how =
    ended.kind === 'exited'
      ? `it ended with code ${ended.exitCode}: ${ended.stderr.trim().split('\n').at(-1) ?? ''}`
      : ended.kind === 'missing'
        ? ended.detail
        : ended.kind === 'deadline'
          ? `it was not through after ${DEADLINE_MS / 1_000} s`
          : 'it was ended'
  return {
    holds: false,
    why: `the test of the isolation was not finished: ${how}`,
    fix: 'Try again with: marrow isolation test',
    unfinished: true,
  }
}
