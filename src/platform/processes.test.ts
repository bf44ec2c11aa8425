import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { descendants, groupMembers, startedSince } from './process-tree.ts'
import { systemProcesses, type ProcessRow } from './processes.ts'
import { parsePsRows, psRows } from './ps.ts'

function start(program: string, words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, words, {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ...env },
  })
  onTestFinished(() => {
    systemProcesses.signal(-Number(child.pid), 'SIGKILL')
  })
  return { child, pid: Number(child.pid) }
}

test('a process is alive until it ends, and never again', async ({ expect }) => {
  const { child, pid } = start('sleep', ['60'])
  const identity = systemProcesses.identify(pid)
  if (identity === undefined) throw new Error('not seen')
  expect(systemProcesses.isAlive(identity)).toBe(true)
  expect(systemProcesses.signal(pid, 'SIGKILL')).toBe(true)
  await once(child, 'exit')
  expect(systemProcesses.isAlive(identity)).toBe(false)
  expect(systemProcesses.signal(pid, 'SIGKILL')).toBe(false)
})

test('another process under the same pid, or one of an earlier boot, is not the same', ({ expect }) => {
  const own = systemProcesses.identify(process.pid)
  if (own === undefined) throw new Error('not seen')
  expect(systemProcesses.isAlive(own)).toBe(true)
  expect(systemProcesses.isAlive({ ...own, startTime: '1' })).toBe(false)
  expect(systemProcesses.isAlive({ ...own, boot: 'earlier' })).toBe(false)
})

test('a zombie is not alive', async ({ expect }) => {
  // The parent never asks what became of its child.
  const { pid } = start('sh', ['-c', 'sleep 0 & exec sleep 60'])
  const zombie = await eventually('a zombie', () =>
    systemProcesses.list().find((each) => each.parent === pid && each.zombie),
  )
  expect(systemProcesses.identify(zombie.pid)).toBe(undefined)
})

test('a process shows its words, and what it was started with', ({ expect }) => {
  const { pid } = start('sleep', ['61'], { MARROW_RUN: 'r-1', OTHER: 'MARROW_RUN=r-2' })
  return eventually('the program', () => {
    if (systemProcesses.commandLine(pid) !== 'sleep 61') return undefined
    const has = (assignment: string) => systemProcesses.hasEnvironment(pid, assignment)
    expect([has('MARROW_RUN=r-1'), has('MARROW_RUN=r'), has('MARROW_RUN=r-2')]).toEqual([true, false, false])
    return true
  })
})

test('of a process that is gone nothing is known', ({ expect }) => {
  const gone = spawnSync('true').pid
  expect(systemProcesses.identify(gone)).toBe(undefined)
  expect(systemProcesses.commandLine(gone)).toBe(undefined)
  expect(systemProcesses.hasEnvironment(gone, 'A=1')).toBe(false)
  expect(systemProcesses.innerPid(gone)).toBe(undefined)
})

test('a process in a pid namespace shows its pid in there', async ({ expect }) => {
  expect(systemProcesses.innerPid(process.pid)).toBe(process.pid)
  const words = ['--unshare-user', '--unshare-pid', '--die-with-parent', '--ro-bind', '/', '/', 'sleep', '60']
  const { pid } = start('bwrap', words)
  const inside = await eventually('the program', () => {
    const found = descendants(systemProcesses.list(), [pid])
    return found.length === 2 ? found : undefined
  })
  expect([pid, ...inside.map((each) => each.pid)].map((each) => systemProcesses.innerPid(each))).toEqual([
    pid,
    1,
    2,
  ])
})

test('a name with spaces and parentheses confuses nobody', async ({ dir, expect }) => {
  const program = join(dir, 'a) R 1 (b')
  copyFileSync('/bin/sleep', program)
  const { pid } = start(program, ['60'])
  await eventually('the program', () => systemProcesses.commandLine(pid)?.includes('(b') || undefined)
  const seen = systemProcesses.list().find((each) => each.pid === pid)
  expect(seen).toMatchObject({ parent: process.pid, group: pid, session: pid, zombie: false })
})

test('ps and /proc see the same processes', async ({ expect }) => {
  const { pid } = start('sleep', ['60'])
  await eventually('the program', () => systemProcesses.commandLine(pid) === 'sleep 60' || undefined)
  const [shown] = psRows(pid)
  const { startTime: _, ...seen } = systemProcesses.list().find((each) => each.pid === pid) ?? {
    startTime: '',
  }
  expect(shown).toMatchObject(seen)
  expect(shown?.startTime).toMatch(/\w+ \w+ +\d+ [\d:]+ \d{4}/)
})

test('what ps of macOS prints is understood', ({ expect }) => {
  const text = [
    '    1     0     1      0 Ss   Mon Nov 16 09:12:33 2026    ',
    '  501     1   501      0 S+   Fri Nov 20 10:00:00 2026    ',
    '  502   501   501 fffff0 Z    Fri Nov 20 10:00:01 2026',
    '',
  ].join('\n')
  expect(parsePsRows(text)).toEqual([
    { pid: 1, parent: 0, group: 1, session: 0, startTime: 'Mon Nov 16 09:12:33 2026', zombie: false },
    { pid: 501, parent: 1, group: 501, session: 0, startTime: 'Fri Nov 20 10:00:00 2026', zombie: false },
    { pid: 502, parent: 501, group: 501, session: 0, startTime: 'Fri Nov 20 10:00:01 2026', zombie: true },
  ])
})

test('descendants are found through zombies, and a circle ends', ({ expect }) => {
  const rows = [row(2, 1), row(3, 2), row(4, 3, true), row(5, 4), row(9, 1), row(7, 8), row(8, 7)]
  expect(descendants(rows, [2]).map((each) => each.pid)).toEqual([3, 5])
  expect(descendants(rows, [7]).map((each) => each.pid)).toEqual([8])
  expect(groupMembers(rows, 2).map((each) => each.pid)).toEqual([2, 3, 5, 9, 7, 8])
})

test('what began before a moment is left out, unless start times tell no order', ({ expect }) => {
  const rows = [9, 10, 11].map((time) => ({ ...row(time, 1), startTime: String(time) }))
  const since = (time: string | undefined) => startedSince(rows, time).map((each) => each.pid)
  expect(since('10')).toEqual([10, 11])
  expect(since(undefined)).toEqual([9, 10, 11])
  expect(since('Fri Nov 20 10:00:00 2026')).toEqual([9, 10, 11])
})

function row(pid: number, parent: number, zombie = false): ProcessRow {
  return { pid, parent, group: 2, session: 2, startTime: '1', zombie }
}
