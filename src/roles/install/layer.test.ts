import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test as inDir } from '../../../test/helpers/temp-dir.ts'
import { applyLayer, readLayer } from './layer.ts'

const test = inDir.extend<{ write: (path: string, text: string) => void }>({
  write: async ({ dir }, use) => {
    await use((path, text) => {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    })
  },
})

function everything(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted()
}

test('files come, change and go in one step, and folders that are empty then go too', ({
  dir,
  write,
  expect,
}) => {
  write('roles/l2/old.md', 'old')
  write('roles/l3/coder.md', 'before')
  const before = readLayer(dir, ['roles/l2/old.md', 'roles/l3/coder.md'])
  const wanted = new Map([
    ['roles/l1/new/scout.md', 'new'],
    ['roles/l3/coder.md', 'after'],
    ['roles/l2/old.md', undefined],
    ['roles.lock.json', '{}'],
  ])
  applyLayer(dir, wanted, before)
  expect(everything(dir)).toEqual([
    'roles',
    'roles.lock.json',
    'roles/l1',
    'roles/l1/new',
    'roles/l1/new/scout.md',
    'roles/l3',
    'roles/l3/coder.md',
  ])
  expect(readFileSync(join(dir, 'roles/l3/coder.md'), 'utf8')).toBe('after')
})

test('when one of them cannot be put in place, all is as it was', ({ dir, write, expect }) => {
  write('roles/l2/a.md', 'before')
  write('roles/l2/b.md', 'before')
  mkdirSync(join(dir, 'roles/l3/z.md'), { recursive: true })
  const was = everything(dir)
  const wanted = new Map([
    ['roles/l1/new.md', 'new'],
    ['roles/l2/a.md', 'after'],
    ['roles/l2/b.md', undefined],
    ['roles/l3/z.md', 'a folder is there'],
  ])
  expect(() => applyLayer(dir, wanted, readLayer(dir, wanted.keys()))).toThrow(
    expect.objectContaining({ code: 'CANNOT_WRITE', message: expect.stringContaining('roles/l3/z.md') }),
  )
  expect(everything(dir)).toEqual(was)
  for (const name of ['a', 'b']) expect(readFileSync(join(dir, `roles/l2/${name}.md`), 'utf8')).toBe('before')
})

test('what was edited while somebody was asked is not overwritten', ({ dir, write, expect }) => {
  write('roles/a.md', 'seen')
  const before = readLayer(dir, ['roles/a.md', 'roles/b.md'])
  const wanted = new Map([
    ['roles/a.md', 'new'],
    ['roles/b.md', 'new'],
  ])
  write('roles/b.md', 'edited')
  expect(() => applyLayer(dir, wanted, before)).toThrow('Cannot install: roles/b.md changed meanwhile.')
  expect(readFileSync(join(dir, 'roles/a.md'), 'utf8')).toBe('seen')
})

test('a link of the operator stays one, and what it leads to is written and never removed', ({
  dir,
  write,
  expect,
}) => {
  write('dotfiles/coder.md', 'before')
  mkdirSync(join(dir, 'roles'))
  symlinkSync(join(dir, 'dotfiles/coder.md'), join(dir, 'roles/coder.md'))
  applyLayer(dir, new Map([['roles/coder.md', 'after']]), readLayer(dir, ['roles/coder.md']))
  expect(readFileSync(join(dir, 'dotfiles/coder.md'), 'utf8')).toBe('after')
  expect(existsSync(join(dir, 'roles/coder.md'))).toBe(true)
  applyLayer(dir, new Map([['roles/coder.md', undefined]]), readLayer(dir, ['roles/coder.md']))
  expect(everything(dir)).toEqual(['dotfiles', 'dotfiles/coder.md', 'roles'])
})
