import { mkdirSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../test/helpers/live-run.ts'
import { systemProcesses } from '../platform/processes.ts'
import { runPaths } from './folder.ts'
import { lastOutputAt, readOutput, sightRun } from './observe.ts'

function madeFolder(dir: string) {
  const folder = join(dir, 'made')
  mkdirSync(folder)
  return { folder, ...runPaths(folder) }
}

describe('sightRun', () => {
  test('knows a run that has not begun', ({ dir, expect }) => {
    expect(sightRun(madeFolder(dir).folder, undefined, systemProcesses)).toEqual({ kind: 'unstarted' })
  })

  test('finds the launcher of a run that it never saw before', async ({ live, expect }) => {
    const run = live(['sleep', '30'])
    await run.sighted('alive')
    expect(sightRun(run.folder, undefined, systemProcesses)).toEqual({
      kind: 'alive',
      identity: run.launcher,
    })
  })

  test('finds the launcher while its pid is not written yet', async ({ live, expect }) => {
    const run = live(['sleep', '30'])
    await run.sighted('alive')
    const { started } = runPaths(run.folder)
    const pid = String(run.launcher?.pid)
    truncateSync(started)
    expect(sightRun(run.folder, undefined, systemProcesses)).toEqual({
      kind: 'alive',
      identity: run.launcher,
    })
    writeFileSync(started, pid)
  })

  test('believes the folder when the recorded launcher was one that left', async ({ live, expect }) => {
    const run = live(['sleep', '30'])
    await run.sighted('alive')
    const refused = { pid: 2 ** 22 + 1, startTime: '1', boot: systemProcesses.boot }
    expect(sightRun(run.folder, refused, systemProcesses)).toEqual({ kind: 'alive', identity: run.launcher })
  })
})

describe('sightRun without a launcher', () => {
  test('reads code and time of the end from the file, whatever runs under that pid', ({ dir, expect }) => {
    const { folder, started, exit } = madeFolder(dir)
    writeFileSync(started, `${process.pid}\n`)
    writeFileSync(exit, '143\n\n\n\n')
    utimesSync(exit, 1_700_000_000, 1_700_000_000)
    const sighting = { kind: 'exited', exitCode: 143, at: 1_700_000_000_000 }
    expect(sightRun(folder, undefined, systemProcesses)).toEqual(sighting)
    expect(sightRun(folder, systemProcesses.identify(process.pid), systemProcesses)).toEqual(sighting)
  })

  test('takes another process with the pid of the launcher for what it is', ({ dir, expect }) => {
    const { folder, started } = madeFolder(dir)
    writeFileSync(started, `${process.pid}\n`)
    expect(sightRun(folder, undefined, systemProcesses)).toEqual({ kind: 'gone' })
    const recorded = { pid: process.pid, startTime: '1', boot: systemProcesses.boot }
    expect(sightRun(folder, recorded, systemProcesses)).toEqual({ kind: 'gone' })
    const identity = systemProcesses.identify(process.pid)
    const before = identity && { ...identity, boot: 'an earlier boot' }
    expect(sightRun(folder, before, systemProcesses)).toEqual({ kind: 'gone' })
  })

  test('gives up a launcher that died before it wrote its pid', ({ dir, expect }) => {
    const { folder, started } = madeFolder(dir)
    writeFileSync(started, '')
    expect(sightRun(folder, undefined, systemProcesses)).toEqual({ kind: 'gone' })
  })
})

describe('the output', () => {
  test('is nothing before the first byte', ({ dir, expect }) => {
    const { folder, stdout } = madeFolder(dir)
    writeFileSync(stdout, '')
    expect(lastOutputAt(folder)).toBe(undefined)
    expect(readOutput(folder, 100)).toEqual({ stdout: '', stderr: '', truncated: false })
  })

  test('is as old as its newest byte', ({ dir, expect }) => {
    const { folder, stdout, stderr } = madeFolder(dir)
    writeFileSync(stdout, 'a')
    writeFileSync(stderr, 'b')
    utimesSync(stdout, 1_000, 1_000)
    utimesSync(stderr, 2_000, 2_000)
    expect(lastOutputAt(folder)).toBe(2_000_000)
    expect(statSync(stderr).mtimeMs).toBe(2_000_000)
  })

  test('keeps both ends of what is too long', ({ dir, expect }) => {
    const { folder, stdout, stderr } = madeFolder(dir)
    writeFileSync(stdout, `first${'.'.repeat(1000)}last`)
    writeFileSync(stderr, '1234567890')
    const { stdout: out, stderr: err, truncated } = readOutput(folder, 10)
    expect([out, err, truncated]).toEqual(['first\n.last', '1234567890', true])
  })
})
