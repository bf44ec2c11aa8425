import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { fingerprintOf } from '../base/file-fingerprint.ts'
import { entryOf } from '../platform/files.ts'
import { isDone, moveToDone, pruneDone, writeHandoff } from './apply.ts'

const DAY = 86_400_000
const inner = (dir: string, ...below: string[]) => ({ root: dir, path: join(dir, ...below) })

/** The fingerprint of a file as it lies there now. */
function printOf(path: string): string {
  const entry = entryOf(path)
  return entry === undefined ? '' : fingerprintOf(entry)
}

test('a handoff is written once: the same content is there, another one is in its way', ({ dir, expect }) => {
  const file = inner(dir, 'x-to-y', 'a.md')
  expect(writeHandoff(file, 'text')).toBe('written')
  expect(writeHandoff(file, 'text')).toBe('there')
  expect(writeHandoff(file, 'text and more')).toBe('taken')
  writeFileSync(file.path, 'text and more')
  expect(writeHandoff(file, 'text')).toBe('taken')
  expect(readFileSync(file.path, 'utf8')).toBe('text and more')
  expect(isDone(file, 'text and more')).toBe(false)
  mkdirSync(join(dir, 'x-to-y', 'done'))
  writeFileSync(join(dir, 'x-to-y', 'done', 'a.md'), 'text')
  expect([isDone(file, 'text'), isDone(file, 'tex')]).toEqual([true, false])
})

test('a link in the place of a handoff is left alone', ({ dir, expect }) => {
  mkdirSync(join(dir, 'x-to-y'))
  writeFileSync(join(dir, 'elsewhere'), 'secret')
  symlinkSync(join(dir, 'elsewhere'), join(dir, 'x-to-y', 'a.md'))
  expect(writeHandoff(inner(dir, 'x-to-y', 'a.md'), 'secret')).toBe('taken')
  expect(moveToDone(inner(dir, 'x-to-y', 'a.md'), printOf(join(dir, 'x-to-y', 'a.md')))).toBeUndefined()
  expect(readFileSync(join(dir, 'elsewhere'), 'utf8')).toBe('secret')
})

describe('what was given', () => {
  test('moves away under a name that is free, and only if nobody wrote into it since', ({ dir, expect }) => {
    const file = inner(dir, 'x-to-y', 'a.tar.gz')
    const moved = ['first', 'second'].map((text) => {
      writeHandoff(file, text)
      return moveToDone(file, printOf(file.path))
    })
    expect(moved).toEqual(['a.tar.gz', 'a.tar-2.gz'].map((name) => join(dir, 'x-to-y', 'done', name)))
    writeHandoff(file, 'third')
    const before = printOf(file.path)
    writeFileSync(file.path, 'changed')
    expect(moveToDone(file, before)).toBeUndefined()
    expect(readFileSync(file.path, 'utf8')).toBe('changed')
    expect(moveToDone(inner(dir, 'x-to-y', 'none.md'), before)).toBeUndefined()
  })

  test('that cannot be moved is an error that says which', ({ dir, expect }) => {
    const file = inner(dir, 'x-to-y', 'a.md')
    writeHandoff(file, 'text')
    writeFileSync(join(dir, 'x-to-y', 'done'), 'a file')
    expect(() => moveToDone(file, printOf(file.path))).toThrow(
      expect.objectContaining({ code: 'CANNOT_WRITE', message: expect.stringContaining(file.path) }),
    )
  })

  test('is kept for a month, 200 of a folder at most, and nothing but files goes', ({ dir, expect }) => {
    const done = inner(dir, 'x-to-y', 'done')
    mkdirSync(join(done.path, 'folder'), { recursive: true })
    for (let number = 1_000; number < 1_210; number += 1) writeFileSync(join(done.path, `${number}.md`), '')
    const now = Date.now()
    pruneDone(done, now + 29 * DAY)
    expect(readdirSync(done.path)).toHaveLength(201)
    pruneDone(done, now + 31 * DAY)
    expect(readdirSync(done.path)).toEqual(['folder'])
    pruneDone(inner(dir, 'none', 'done'), now)
  })
})
