// Runs behind bubblewrap: how they are ended, and that nothing of them is left.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../../test/helpers/eventually.ts'
import { test as base, type LiveOptions, type LiveRun } from '../../../test/helpers/live-run.ts'
import { sandboxed, type SandboxOptions } from '../../../test/helpers/sandboxed.ts'
import { readIfExists } from '../../platform/files.ts'
import { descendants } from '../../platform/process-tree.ts'
import { systemProcesses, type ProcessIdentity } from '../../platform/processes.ts'
import { parseSandbox } from '../../platform/sandbox.ts'
import { runPaths } from '../folder.ts'
import { killRemains, sendTerm } from './end.ts'
import { finishRun } from './finish.ts'
import { sightSandbox } from './sandbox.ts'

type Walled = (script: string, options?: LiveOptions & SandboxOptions) => Promise<WalledRun>

/** A run whose script has said that it is up, and who is who in it. */
interface WalledRun extends LiveRun {
  readonly outer: number
  readonly first: number
  /** What stood below the launcher. */
  readonly all: readonly ProcessIdentity[]
  /** Those of `all` that are still there. */
  left(): ProcessIdentity[]
}

const READY = ': >"$UP"'

/** `test` with `walled`: launches a script behind bubblewrap and waits until it has made the file $UP (READY). */
const test = base.extend<{ walled: Walled }>({
  walled: async ({ live, dir }, use) => {
    let count = 0
    const begun: WalledRun[] = []
    await use(async (script, options = {}) => {
      const up = join(dir, `up-${(count += 1)}`)
      const words = sandboxed(dir, ['sh', '-c', script], options)
      const run = live(words, { ...options, sandboxed: true, env: { DIR: dir, UP: up, ...options.env } })
      await eventually('the run to be up', () => (readIfExists(up) === undefined ? undefined : true))
      const made = { ...run, ...membersOf(run) }
      begun.push(made)
      return made
    })
    for (const { pid } of begun.flatMap((run) => run.left())) systemProcesses.signal(pid, 'SIGKILL')
  },
})

function membersOf(run: LiveRun): Pick<WalledRun, 'outer' | 'first' | 'all' | 'left'> {
  const launcher = run.launcher?.pid ?? 0
  const rows = systemProcesses.list()
  const first = parseSandbox(readFileSync(runPaths(run.folder).sandbox, 'utf8')) ?? 0
  const outer = rows.find(({ pid }) => pid === first)?.parent ?? 0
  const all = descendants(rows, [launcher]).flatMap(({ pid }) => systemProcesses.identify(pid) ?? [])
  return { outer, first, all, left: () => all.filter((each) => systemProcesses.isAlive(each)) }
}

const signal = (pid: number, name: NodeJS.Signals) => process.kill(pid, name)
const graceOver = (run: LiveRun, recorded: readonly ProcessIdentity[]) =>
  killRemains({ ...run, recorded }, systemProcesses)

/** A program that takes hold of process `pid` (perl) as a debugger does; 16 stops it, 0x4206 only waits for its signals. */
const trace = (pid: string, how: string) => `perl -e '
  $SIG{TERM} = "IGNORE";
  my $other = ${pid};
  syscall(${process.arch === 'arm64' ? 117 : 101}, ${how}, $other, 0, 0) == 0 or die "$!";
  open(F, ">$ENV{UP}.$$"); close(F);
  sleep 60'`
const UNTIL_TRACED = (count: number) =>
  `while [ "$(ls "$UP".* 2>/dev/null | wc -l)" -lt ${count} ]; do sleep 0.02; done; ${READY}`

/** A child that no signal but KILL ends, in a session of its own, without a parent and without an environment. */
const ESCAPE = `(setsid env -i PATH="$PATH" sh -c 'trap "" TERM INT HUP; while :; do sleep 0.2; done' &)`

describe('TERM to a run behind the wall', () => {
  test('reaches the agent, which has its time, its last words and its own code', async ({
    walled,
    expect,
  }) => {
    const run = await walled(
      `trap 'sleep 0.2; echo bye; exit 3' TERM; ${READY}; while :; do sleep 0.05; done`,
    )
    sendTerm(run, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 3 })
    expect(await finishRun(run, systemProcesses)).toBe(0)
    expect([readFileSync(runPaths(run.folder).stdout, 'utf8'), run.left()]).toEqual(['bye\n', []])
  })

  test('ends one that does not care, and its code says so', async ({ walled, expect }) => {
    const run = await walled(`${READY}; exec sleep 60`)
    sendTerm(run, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 143 })
  })

  test('spares bubblewrap also where all of them share the group', async ({ walled, expect }) => {
    const script = `trap 'sleep 0.2; exit 4' TERM; ${READY}; while :; do sleep 0.05; done`
    const run = await walled(script, { newSession: false })
    sendTerm(run, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 4 })
  })

  test('reaches an agent that put itself into a session of its own', async ({ walled, expect }) => {
    const run = await walled(`exec setsid sh -c "trap 'exit 5' TERM; ${READY}; while :; do sleep 0.05; done"`)
    sendTerm(run, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 5 })
  })

  test.for(['launcher', 'outer', 'first', 'agent'] as const)(
    'wakes a stopped %s, so that the real code is written',
    async (who, { walled, dir, expect }) => {
      const run = await walled(
        `echo $$ >$DIR/pid; trap 'exit 6' TERM; ${READY}; while :; do sleep 0.05; done`,
      )
      const agent = run.all.find(({ pid }) => systemProcesses.innerPid(pid) === 2)?.pid ?? 0
      expect(readFileSync(join(dir, 'pid'), 'utf8')).toBe('2\n')
      signal({ launcher: run.launcher?.pid ?? 0, outer: run.outer, first: run.first, agent }[who], 'SIGSTOP')
      sendTerm(run, systemProcesses)
      expect(await run.sighted('exited')).toMatchObject({ exitCode: 6 })
    },
  )

  test('from somebody else, to the whole group of the launcher, ends all of it at once', async ({
    walled,
    expect,
  }) => {
    const run = await walled(`trap '' TERM; ${ESCAPE}; ${READY}; while :; do sleep 0.05; done`)
    signal(-(run.launcher?.pid ?? 0), 'SIGTERM')
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 143 })
    await eventually('all to be gone', () => (run.left().length === 0 ? true : undefined))
  })
})

describe('KILL to a run behind the wall', () => {
  test.for<[what: string, script: string]>([
    ['that ignores TERM', `trap '' TERM; ${READY}; while :; do sleep 0.05; done`],
    ['whose children hide', `trap '' TERM; ${ESCAPE}; ${ESCAPE}; ${READY}; while :; do sleep 0.05; done`],
    ['that forks without end', `${READY}; while :; do (trap '' TERM; sleep 5 & sleep 5) & sleep 0.005; done`],
  ])('leaves nothing of one %s', async ([, script], { walled, expect }) => {
    const run = await walled(script)
    const recorded = sendTerm(run, systemProcesses)
    graceOver(run, recorded)
    await run.sighted('exited')
    expect(await finishRun({ ...run, recorded }, systemProcesses)).toBe(0)
    expect([...run.left(), ...recorded.filter((each) => systemProcesses.isAlive(each))]).toEqual([])
  })

  test.for<[what: string, script: string]>([
    ['of which a process holds the first one', `${trace('1', '16')} & ${UNTIL_TRACED(1)}; wait`],
    ['of which a process holds the first one, and which ended', `${trace('1', '16')} & ${UNTIL_TRACED(1)}`],
    [
      'whose processes hold each other',
      `${trace('fork || getppid', '0x4206')} & ${UNTIL_TRACED(2)}; trap '' TERM; wait`,
    ],
  ])('leaves nothing of one %s', async ([, script], { walled, expect }) => {
    const run = await walled(script)
    const recorded = sendTerm(run, systemProcesses)
    graceOver(run, recorded)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 137 })
    expect(await finishRun({ ...run, recorded }, systemProcesses)).toBe(0)
    expect(run.left()).toEqual([])
  })

  test('is what a killed bubblewrap comes to, and what a killed launcher does', async ({
    walled,
    expect,
  }) => {
    const script = `trap '' TERM; ${ESCAPE}; ${READY}; while :; do sleep 0.05; done`
    const [one, other] = [await walled(script), await walled(script)]
    signal(one.outer, 'SIGKILL')
    signal(other.launcher?.pid ?? 0, 'SIGKILL')
    expect(await one.sighted('exited')).toMatchObject({ exitCode: 137 })
    await other.sighted('gone')
    for (const run of [one, other]) expect(await finishRun(run, systemProcesses)).toBe(0)
    expect([...one.left(), ...other.left()]).toEqual([])
  })
})

describe('a sandbox that outlives bubblewrap, because the run saw to it', () => {
  const script = `trap '' TERM; unset MARROW_RUN; ${ESCAPE}; ${READY}; while :; do sleep 0.05; done`
  // The environment of the first process is in its own memory, where a run may overwrite it: here it never had one.
  const own = { diesWithParent: false, env: { MARROW_RUN: '' } }

  test('is ended with its run, although nothing else leads to it', async ({ walled, expect }) => {
    const run = await walled(script, own)
    signal(run.outer, 'SIGKILL')
    await run.sighted('exited')
    expect(run.left().map(({ pid }) => pid)).toContain(run.first)
    expect(await finishRun(run, systemProcesses)).toBe(0)
    expect(run.left()).toEqual([])
  })

  test('is ended by a daemon that knows only the folder and the launcher, which is gone', async ({
    walled,
    expect,
  }) => {
    const run = await walled(script, own)
    signal(run.launcher?.pid ?? 0, 'SIGKILL')
    signal(run.outer, 'SIGKILL')
    await run.sighted('gone')
    expect(await finishRun(run, systemProcesses)).toBe(0)
    expect(run.left()).toEqual([])
  })
})

describe('a run behind the wall that ends by itself', () => {
  test('takes everything with it, and is finished without a look at all processes', async ({
    walled,
    dir,
    expect,
  }) => {
    const run = await walled(`${ESCAPE}; ${READY}; while [ ! -e $DIR/go ]; do sleep 0.02; done; exit 7`)
    writeFileSync(join(dir, 'go'), '')
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 7 })
    let looks = 0
    const counting = { ...systemProcesses, list: () => ((looks += 1), systemProcesses.list()) }
    expect(await finishRun(run, counting)).toBe(0)
    expect([run.left(), looks, sightSandbox(run, systemProcesses)]).toEqual([[], 0, { kind: 'gone' }])
  })
})
