import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from '../../../test/helpers/temp-dir.ts'
import { copyOut } from './copy.ts'

function places(dir: string) {
  const [from, to] = [join(dir, 'ws', 'notes'), join(dir, 'to')]
  mkdirSync(from, { recursive: true })
  mkdirSync(to)
  return { from, to, inner: { root: join(dir, 'ws'), path: from } }
}

test('a copied folder has all that the first one has, links as links', ({ dir, expect }) => {
  const { from, to, inner } = places(dir)
  mkdirSync(join(from, 'below'))
  writeFileSync(join(from, 'below', 'file'), 'text', { mode: 0o700 })
  utimesSync(join(from, 'below', 'file'), 1, 2)
  utimesSync(join(from, 'below'), 3, 4)
  symlinkSync('below/file', join(from, 'link'))
  symlinkSync('/etc', join(from, 'etc'))
  execFileSync('mkfifo', [join(from, 'pipe')])
  copyOut(inner, to)
  expect(readdirSync(to)).toEqual(['below', 'etc', 'link'])
  expect([readlinkSync(join(to, 'link')), readlinkSync(join(to, 'etc'))]).toEqual(['below/file', '/etc'])
  const copy = statSync(join(to, 'below', 'file'))
  expect([copy.mode & 0o777, copy.mtimeMs, statSync(join(to, 'below')).mtimeMs]).toEqual([
    0o700, 2_000, 4_000,
  ])
})

test('a missing folder gives an empty copy, a link an error and nothing of what it leads to', ({
  dir,
  expect,
}) => {
  const { from, to, inner } = places(dir)
  copyOut({ ...inner, path: join(from, 'none') }, to)
  symlinkSync('/etc', join(from, 'planted'))
  expect(() => copyOut({ ...inner, path: join(from, 'planted') }, to)).toThrow('symbolic link')
  expect(readdirSync(to)).toEqual([])
})

test('a file that would fill the disk is not copied', ({ dir, expect }) => {
  const { from, to, inner } = places(dir)
  writeFileSync(join(from, 'huge'), '')
  truncateSync(join(from, 'huge'), 2 ** 40)
  expect(() => copyOut(inner, to)).toThrow(
    expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('bytes') }),
  )
  expect(readdirSync(to)).toEqual([])
})

test('folders that never end are not followed to their end', ({ dir, expect }) => {
  const { from, to, inner } = places(dir)
  mkdirSync(join(from, ...Array.from({ length: 40 }, () => 'a')), { recursive: true })
  expect(() => copyOut(inner, to)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
})
