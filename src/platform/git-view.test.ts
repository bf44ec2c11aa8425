import { chownSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { makeRepository } from '../../test/helpers/repository.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { openView, sweepViews } from './git-view.ts'

const hour = 3_600_000
const isRoot = process.getuid?.() === 0
const [dead, alive] = [4_999_999, 1]
const isAlive = (pid: number) => pid !== dead

let before: string | undefined
beforeEach<{ dir: string }>(({ dir }) => {
  before = process.env['TMPDIR']
  process.env['TMPDIR'] = join(dir, 'tmp')
  mkdirSync(join(dir, 'tmp'))
})
afterEach(() => {
  process.env['TMPDIR'] = before ?? '/tmp'
})

test('what a killed look left goes, and nothing else', ({ dir, expect }) => {
  const tmp = join(dir, 'tmp')
  const now = Date.now()
  const plant = (name: string, age: number) => {
    mkdirSync(join(tmp, name))
    writeFileSync(join(tmp, name, 'HEAD'), 'x')
    symlinkSync(dir, join(tmp, name, 'refs'))
    utimesSync(join(tmp, name), (now - age) / 1_000, (now - age) / 1_000)
  }
  plant(`marrow-git-${dead}-aBc123`, 2 * hour)
  const kept = [`marrow-git-${alive}-aBc123`, `marrow-git-${dead}-mine`, `marrow-git-aBc123`, 'other']
  for (const name of kept) plant(name, 2 * hour)
  plant(`marrow-git-${dead}-young1`, hour / 2)
  const others = ['aFile1', 'aLink1', 'foreig'].map((name) => `marrow-git-${dead}-${name}`)
  const [file = '', link = '', foreign = ''] = others.map((name) => join(tmp, name))
  writeFileSync(file, 'x')
  symlinkSync(dir, link)
  plant(basename(foreign), 2 * hour)
  if (isRoot) chownSync(foreign, 65_534, 65_534)
  else rmSync(foreign, { recursive: true })
  const left = [...kept, ...others.slice(0, isRoot ? 3 : 2)]
  sweepViews(isAlive, now)
  expect(readdirSync(tmp).toSorted()).toEqual([...left, `marrow-git-${dead}-young1`].toSorted())
  sweepViews(isAlive, now + 2 * hour)
  expect(readdirSync(tmp).toSorted()).toEqual(left.toSorted())
})

test('a look bears the number of its process, by which it is known when that is gone', ({ dir, expect }) => {
  const repository = join(dir, 'repository')
  makeRepository(repository)
  using view = openView({ root: repository, path: repository })
  expect(view?.folder).toMatch(new RegExp(`/marrow-git-${process.pid}-[^/]{6}$`))
  sweepViews(() => true, Date.now() + 2 * hour)
  expect(readdirSync(view?.folder ?? '')).toContain('HEAD')
  sweepViews((pid) => pid !== process.pid, Date.now() + 2 * hour)
  expect(readdirSync(join(dir, 'tmp'))).toEqual([])
})
