import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, onTestFinished } from 'vitest'
import { eventually } from '../../../test/helpers/eventually.ts'
import { test, type LiveRun } from '../../../test/helpers/live-run.ts'
import { readIfExists } from '../../platform/files.ts'
import { systemProcesses, type Processes, type ProcessRow } from '../../platform/processes.ts'
import { parsePids, runPaths } from '../folder.ts'
import { descendantsOf, killRemains, sendTerm } from './end.ts'
import { finishRun } from './finish.ts'

/** The pid that a process of the test wrote into a file. */
async function pidIn(path: string): Promise<number> {
  const pid = await eventually(`a pid in ${path}`, () => parsePids(readIfExists(path) ?? '')[0])
  onTestFinished(() => {
    if (systemProcesses.commandLine(pid)?.includes('sleep')) systemProcesses.signal(pid, 'SIGKILL')
  })
  return pid
}

const launcher = { pid: 100, startTime: '5', boot: 'b' }

const isGone = (pid: number) => systemProcesses.identify(pid) === undefined

/** A child in a session of its own whose parent is gone at once; `clean` wipes its environment. */
const escape = (file: string, clean: boolean) =>
  `(setsid ${clean ? 'env -i PATH="$PATH"' : ''} sh -c 'echo $$ >${file}; exec sleep 60' >/dev/null 2>&1 &)`

/** A child in a session of its own, as the tools of real agent CLIs are, which its parent waits for. */
const tool = (file: string) =>
  `setsid -w env -i PATH="$PATH" sh -c 'trap "" TERM; echo $$ >${file}; exec sleep 60'`

describe('TERM', () => {
  test('ends a run that listens, and its code is written', async ({ live, dir, expect }) => {
    const run = live(['sh', '-c', 'echo $$ >pid; exec sleep 60'])
    const pid = await pidIn(join(dir, 'pid'))
    expect(sendTerm(run, systemProcesses).map((each) => each.pid)).toEqual([pid])
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 143 })
  })

  test('keeps what the run says while it ends, and its own code', async ({ live, expect }) => {
    const run = live([
      'sh',
      '-c',
      'trap "sleep 0.1; echo bye; exit 3" TERM; echo up; while :; do sleep 0.05; done',
    ])
    await eventually('the run to be up', () => readIfExists(runPaths(run.folder).stdout) || undefined)
    sendTerm(run, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 3 })
    await finishRun(run, systemProcesses)
    expect(readFileSync(runPaths(run.folder).stdout, 'utf8')).toBe('up\nbye\n')
  })

  test('goes to the run and not to a sandbox that it made for a tool', async ({ live, dir, expect }) => {
    const apart = `bwrap --unshare-user --unshare-pid --die-with-parent --bind / / sh -c 'trap "echo asked >tool" TERM
      echo up >up; while :; do sleep 0.05; done'`
    const run = live(['sh', '-c', `setsid ${apart} & trap 'exit 3' TERM; while :; do sleep 0.05; done`])
    await eventually('the tool', () => readIfExists(join(dir, 'up')) || undefined)
    const recorded = sendTerm(run, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 3 })
    expect(await finishRun({ ...run, recorded }, systemProcesses)).toBe(0)
    expect(existsSync(join(dir, 'tool'))).toBe(false)
    expect(recorded.filter((each) => systemProcesses.isAlive(each))).toEqual([])
  })

  test('records tools in sessions of their own, with a clean environment, before it cuts them off', async ({
    live,
    dir,
    expect,
  }) => {
    const run = live(['sh', '-c', tool('tool')])
    const pid = await pidIn(join(dir, 'tool'))
    const recorded = sendTerm(run, systemProcesses)
    expect(recorded.map((each) => each.pid)).toContain(pid)
    await run.sighted('exited')
    expect(isGone(pid)).toBe(false)
    killRemains({ ...run, recorded }, systemProcesses)
    await eventually('the tool to be gone', () => isGone(pid) || undefined)
  })
})

describe('KILL', () => {
  test('ends a run that ignores TERM, and its code is still written', async ({ live, dir, expect }) => {
    const run = live(['sh', '-c', 'trap "" TERM; echo $$ >pid; while :; do sleep 0.05; done'])
    await pidIn(join(dir, 'pid'))
    const recorded = sendTerm(run, systemProcesses)
    killRemains({ ...run, recorded }, systemProcesses)
    expect(await run.sighted('exited')).toMatchObject({ exitCode: 137 })
  })

  test('reaches a child that forked twice into a session of its own', async ({ live, dir }) => {
    const run = live(['sh', '-c', `${escape('escaped', false)}; exec sleep 60`])
    const pid = await pidIn(join(dir, 'escaped'))
    killRemains(run, systemProcesses)
    await eventually('the child to be gone', () => isGone(pid) || undefined)
  })

  test('ends a fork storm', async ({ live, dir, expect }) => {
    const run = live(['sh', '-c', 'echo $$ >pid; while :; do (sleep 5 & sleep 5) & sleep 0.01; done'])
    await pidIn(join(dir, 'pid'))
    await eventually('a crowd', () => (descendantsOf(run, systemProcesses).length > 50 ? true : undefined))
    await finishRun(run, systemProcesses)
    expect(descendantsOf(run, systemProcesses)).toEqual([])
  })
})

describe('a run that ended', () => {
  test('by itself leaves no process, whoever held its output, and nothing printed is lost', async ({
    live,
    dir,
    expect,
  }) => {
    const script = `${escape('escaped', false)}; (sleep 60; echo late) & echo $! >child; echo done`
    const run = live(['sh', '-c', script])
    const pids = [await pidIn(join(dir, 'escaped')), await pidIn(join(dir, 'child'))]
    await run.sighted('exited')
    expect(await finishRun(run, systemProcesses)).toBe(0)
    expect([...pids, ...keepersOf(run)].filter((pid) => !isGone(pid))).toEqual([])
    expect(readFileSync(runPaths(run.folder).stdout, 'utf8')).toBe('done\n')
    expect(existsSync(join(run.folder, 'stdout.pipe'))).toBe(false)
  })

  test('without a code leaves no process either', async ({ live, dir, expect }) => {
    const run = live(['sh', '-c', 'echo $$ >pid; exec sleep 60'])
    const pid = await pidIn(join(dir, 'pid'))
    systemProcesses.signal(run.launcher?.pid ?? 0, 'SIGKILL')
    await run.sighted('gone')
    expect(await finishRun(run, systemProcesses)).toBe(0)
    expect([pid, ...keepersOf(run)].filter((each) => !isGone(each))).toEqual([])
  })
})

function keepersOf(run: LiveRun): number[] {
  const { started, writers } = runPaths(run.folder)
  return [started, writers].flatMap((path) => parsePids(readFileSync(path, 'utf8')))
}

describe('another process with a pid of the run', () => {
  test('is not signalled when it took the pid of the launcher or of what was recorded', ({ dir, expect }) => {
    const processes = fake([row(100, 100, '9'), row(101, 100, '9'), row(200, 200, '9')])
    const run = { run: 'r', folder: dir, launcher, recorded: [{ pid: 200, startTime: '6', boot: 'b' }] }
    sendTerm(run, processes)
    killRemains(run, processes)
    expect(processes.signalled).toEqual([])
  })

  test('is not signalled after a reboot', ({ dir, expect }) => {
    const processes = fake([row(100, 100, '5'), row(200, 200, '6')])
    const run = {
      run: 'r',
      folder: dir,
      launcher: { ...launcher, boot: 'earlier' },
      recorded: [{ pid: 200, startTime: '6', boot: 'earlier' }],
    }
    sendTerm(run, processes)
    killRemains(run, processes)
    expect(processes.signalled).toEqual([])
  })

  test('is not spared when it took the pid of a writer', ({ dir, expect }) => {
    writeFileSync(runPaths(dir).writers, '101\n102\n')
    const processes = fake([row(100, 100, '5'), row(101, 100, '7')])
    killRemains({ run: 'r', folder: dir, launcher, recorded: [] }, processes)
    expect(processes.signalled).toContain(101)
  })
})

function fake(rows: ProcessRow[]): Processes & { readonly signalled: number[] } {
  const signalled: number[] = []
  return {
    boot: 'b',
    signalled,
    list: () => rows.filter(({ pid }) => !signalled.includes(pid)),
    identify: (pid) => rows.find((each) => each.pid === pid) && { pid, startTime: '9', boot: 'b' },
    isAlive: () => false,
    hasEnvironment: () => false,
    commandLine: () => 'stranger',
    innerPid: (pid) => pid,
    signal: (pid) => signalled.push(pid) > 0,
  }
}

function row(pid: number, group: number, startTime: string): ProcessRow {
  return { pid, parent: 1, group, session: group, startTime, zombie: false }
}

test('what the run began is found although the launcher on record is a later one, which left', async ({
  live,
  dir,
  expect,
}) => {
  const run = live(['sh', '-c', `${escape('child', false)}; sleep 60`])
  const pid = await pidIn(join(dir, 'child'))
  const later = { pid: 2 ** 22 + 1, startTime: '999999999999', boot: systemProcesses.boot }
  expect(descendantsOf({ ...run, launcher: later }, systemProcesses).map((each) => each.pid)).toContain(pid)
})
