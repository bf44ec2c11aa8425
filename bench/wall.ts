/** Measures what the wall adds to a run: its policy, as marrow makes it for an agent, around the smallest command. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bubblewrapWords } from '../src/isolation/bubblewrap.ts'
import { noCliFolders } from '../src/isolation/home.ts'
import { diskFacts, findWall } from '../src/isolation/observe.ts'
import type { Policy } from '../src/isolation/policy.ts'
import { policyFor } from '../src/isolation/wishes.ts'
import { SANDBOX_FD, SANDBOX_ROOM } from '../src/runner/folder.ts'
import { launcher, plainEnvironment, root } from './checkout.ts'
import type { Figure } from './report.ts'
import { median } from './statistics.ts'

const ROUNDS = 100
const POLICY_ROUNDS = 50
const ADDED_MS_MAX = 10
const RATIO_MAX = 2 // To the least that bubblewrap can do: each of the some forty mounts of a policy takes its time.

/** `true` through the launcher, in turns: behind the wall of an agent, behind the least possible one, and behind none. */
export async function wallCost(): Promise<Figure[]> {
  const path = plainEnvironment['PATH'] ?? ''
  const wall = await findWall(path, new AbortController().signal)
  if (wall.kind !== 'bubblewrap') throw new Error('Cannot measure the wall: this machine has no bubblewrap.')
  const dir = mkdtempSync(join(tmpdir(), 'mwb-'))
  try {
    const { program } = wall
    const { policy, policyMs } = timedPolicy(dir)
    const request = { program, policy, words: ['true'], cwd: join(dir, 'work'), terminal: false }
    const walled = bubblewrapWords({ ...request, infoFd: SANDBOX_FD })
    const least = [
      program,
      '--unshare-user',
      '--unshare-pid',
      '--die-with-parent',
      '--ro-bind',
      '/',
      '/',
      'true',
    ]
    const runs: Record<'walled' | 'least' | 'bare', number[]> = { walled: [], least: [], bare: [] }
    for (let round = 0; round < ROUNDS; round += 1) {
      runs.walled.push(await timeOf(join(dir, 'runs', `${round}-walled`), walled, true))
      runs.least.push(await timeOf(join(dir, 'runs', `${round}-least`), least, false))
      runs.bare.push(await timeOf(join(dir, 'runs', `${round}-bare`), ['true'], false))
    }
    return figuresOf(runs, policyMs)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function figuresOf(
  runs: Readonly<Record<'walled' | 'least' | 'bare', readonly number[]>>,
  policyMs: number,
): Figure[] {
  const [walled, least, bare] = [median(runs.walled), median(runs.least), median(runs.bare)]
  const added = { name: 'the wall beyond the launcher', subject: walled - bare, subjectMax: ADDED_MS_MAX }
  return [
    { name: 'a run behind the wall', unit: 'ms', subject: walled, baseline: least, ratioMax: RATIO_MAX },
    { ...added, unit: 'ms', baseline: null },
    { name: 'working the policy out', unit: 'ms', subject: policyMs, baseline: null },
  ]
}

/** The policy of an agent that works in a folder of its own. */
function timedPolicy(dir: string): { readonly policy: Policy; readonly policyMs: number } {
  const [workDir, stateDir] = [join(dir, 'work'), join(dir, 'state')]
  const workspace = join(dir, 'workspace')
  for (const folder of [workDir, workspace, stateDir, join(stateDir, 'door')]) mkdirSync(folder)
  const request = requestFor({ dir, workDir, stateDir, workspace })
  const times: number[] = []
  let policy = policyFor(request, diskFacts)
  for (let round = 0; round < POLICY_ROUNDS; round += 1) {
    const startedAt = performance.now()
    policy = policyFor(request, diskFacts)
    times.push(performance.now() - startedAt)
  }
  return { policy, policyMs: median(times) }
}

type PolicyRequest = Parameters<typeof policyFor>[0]

function requestFor(folders: Record<'dir' | 'workDir' | 'stateDir' | 'workspace', string>): PolicyRequest {
  const { dir, workDir, stateDir, workspace } = folders
  const limits = { memoryBytes: undefined, processesMax: undefined, fileBytesMax: undefined }
  const isolation = {
    mode: 'required' as const,
    readOnly: [],
    readWrite: [],
    secrets: [],
    network: true,
    limits,
    user: undefined,
    bypassWithoutIsolation: false,
  }
  return {
    agent: { name: 'one', slug: 'one', workspace, workDir, contextDirs: [], isolation },
    config: {
      path: join(dir, 'marrow.toml'),
      operatorDir: dir,
      stateDir,
      coreDir: root,
      ipc: { enabled: true, socketPath: join(stateDir, 'marrow.sock'), taskDir: workspace },
      agents: [],
    },
    programRoot: root,
    home: process.env['HOME'] ?? '/',
    path: plainEnvironment['PATH'] ?? '',
    words: ['true'],
    cli: noCliFolders,
    runFiles: [],
  }
}

async function timeOf(folder: string, words: readonly string[], sandboxed: boolean): Promise<number> {
  mkdirSync(folder, { recursive: true })
  if (sandboxed) writeFileSync(join(folder, 'sandbox'), SANDBOX_ROOM)
  const startedAt = performance.now()
  const child = spawn(launcher, [folder, '65536', '/dev/null', ...words], {
    env: plainEnvironment,
    stdio: 'ignore',
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`Cannot measure the wall: the launcher ended with ${String(code)}.`)
  return performance.now() - startedAt
}
