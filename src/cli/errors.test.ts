import { test } from 'vitest'
import { MarrowError } from '../base/errors.ts'
import { explainError } from './errors.ts'

test('an error of the user is its sentence and its fix, without a stack', ({ expect }) => {
  const error = new MarrowError('CONFIG_MISSING', 'Cannot start: no marrow.toml.', { fix: 'marrow scaffold' })
  expect(explainError(error, false)).toEqual({
    text: 'Cannot start: no marrow.toml.\nFix: marrow scaffold\n',
    exitCode: 2,
  })
})

test('times are those of the reader', ({ expect }) => {
  const error = new MarrowError('LIMIT_REACHED', 'Cannot tick scout: limit, until 2001-02-03T04:05:06.000Z.')
  expect(explainError(error, false).text).toBe('Cannot tick scout: limit, until Feb 3 04:05.\n')
})

test('verbose adds code, stack and causes', ({ expect }) => {
  const error = new MarrowError('CANNOT_WRITE', 'Cannot write x: no.', { cause: new Error('EROFS') })
  expect(explainError(error, true).text).toMatch(
    /CANNOT_WRITE MarrowError: [^]*at [^]*Caused by: Error: EROFS/,
  )
})

test('our own mistakes come with their stack and say whose they are', ({ expect }) => {
  const { text, exitCode } = explainError(new TypeError('x is undefined'), false)
  expect(text).toMatch(/^TypeError: x is undefined\n +at [^]*This is a bug in marrow/)
  expect(exitCode).toBe(1)
  expect(explainError('thrown text', false).text).toContain('thrown text')
})

test('words from elsewhere cannot steer the terminal', ({ expect }) => {
  const error = new MarrowError('NOT_FOUND', 'unknown agent: \u001b[2Jx\nsecond line')
  expect(explainError(error, false).text).toBe('unknown agent: x\nsecond line\n')
})
