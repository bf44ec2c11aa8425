import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../../../test/helpers/temp-dir.ts'
import { runPaths } from '../folder.ts'
import { prepareRun } from './launch.ts'
import { linkLogs, logsFolder, removeRun } from './logs.ts'

const logs = (workspace: string) => ({ root: workspace, path: logsFolder(workspace) })

function prepared(dir: string) {
  const workspace = join(dir, 'workspace')
  const folder = join(dir, 'state', 'runs', 'r-1')
  mkdirSync(workspace)
  prepareRun(folder, { prompt: '', promptOnStdin: false, sandboxed: false })
  writeFileSync(runPaths(folder).stdout, 'words')
  return { workspace, folder, place: join(workspace, 'runtime/logs/exec') }
}

test('people read the output of a run in its workspace', ({ dir, expect }) => {
  const { workspace, folder, place } = prepared(dir)
  expect(linkLogs(logs(workspace), 'r-1', folder)).toEqual({ kind: 'linked' })
  expect(readFileSync(join(place, 'r-1.stdout.log'), 'utf8')).toBe('words')
  expect(lstatSync(join(place, 'r-1.stderr.log')).isSymbolicLink()).toBe(true)
})

test('a file that an agent put in the place of a link is replaced, not written through', ({
  dir,
  expect,
}) => {
  const { workspace, folder, place } = prepared(dir)
  writeFileSync(join(dir, 'precious'), 'precious')
  mkdirSync(place, { recursive: true })
  symlinkSync(join(dir, 'precious'), join(place, 'r-1.stdout.log'))
  expect(linkLogs(logs(workspace), 'r-1', folder)).toEqual({ kind: 'linked' })
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('precious')
})

test.for(['runtime', 'runtime/logs', 'runtime/logs/exec'])(
  'a planted link at %s leads nowhere',
  (at, { dir, expect }) => {
    const { workspace, folder } = prepared(dir)
    const outside = join(dir, 'outside')
    mkdirSync(outside)
    mkdirSync(join(workspace, at, '..'), { recursive: true })
    symlinkSync(outside, join(workspace, at))
    expect(linkLogs(logs(workspace), 'r-1', folder)).toMatchObject({ kind: 'refused' })
    expect(readdirSync(outside)).toEqual([])
    removeRun(logs(workspace), 'r-1', folder)
  },
)

test('a workspace that cannot be written is no reason to fail', ({ dir, expect }) => {
  const { workspace, folder } = prepared(dir)
  writeFileSync(join(workspace, 'runtime'), 'a file')
  expect(linkLogs(logs(workspace), 'r-1', folder)).toMatchObject({ kind: 'refused' })
})

test('with a run go its folder and its links', ({ dir, expect }) => {
  const { workspace, folder, place } = prepared(dir)
  linkLogs(logs(workspace), 'r-1', folder)
  removeRun(logs(workspace), 'r-1', folder)
  removeRun(logs(workspace), 'r-1', folder)
  expect([readdirSync(place), readdirSync(join(dir, 'state', 'runs'))]).toEqual([[], []])
})
