import { test } from 'vitest'
import { lockText, parseLock } from './lock.ts'

const installed = [
  { source: 'https://example.org/r', ref: 'main', commit: 'abc', files: { 'roles/l2/x.md': '0123' } },
]

test('what is written is read again', ({ expect }) => {
  expect(parseLock(lockText(installed), 'f')).toEqual(installed)
  expect(parseLock(undefined, 'f')).toEqual([])
})

test.for(['../marrow.toml', 'marrow.toml', '/etc/passwd', 'roles/../../x'])(
  'a lock that names %s is refused: what it names is removed one day',
  (path, { expect }) => {
    const text = lockText([{ source: 's', ref: null, commit: null, files: { [path]: '0' } }])
    expect(() => parseLock(text, '/o/roles.lock.json')).toThrow(
      /Cannot read what was installed:\n\/o\/roles.lock/,
    )
  },
)

test.for(['', '{', '[]', '{"version":2,"sources":[]}', '{"version":1,"sources":[{}]}'])(
  'a lock that reads %j is refused with its path',
  (text, { expect }) => {
    expect(() => parseLock(text, '/o/roles.lock.json')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('/o/roles.lock') }),
    )
  },
)
