import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../../test/helpers/temp-dir.ts'
import { writeWhole } from './whole-output.ts'

async function* textsOf(...texts: readonly string[]) {
  yield* texts
}

async function* interrupted() {
  yield 'new'
  process.emit('SIGHUP')
  yield 'more'
}

test('what is no file is not replaced by one', async ({ dir, expect }) => {
  const [pipe, folder] = [join(dir, 'pipe'), join(dir, 'folder')]
  execFileSync('mkfifo', [pipe])
  mkdirSync(folder)
  for (const path of [pipe, folder]) {
    await expect(writeWhole(path, textsOf('new'))).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: `Cannot write ${path}: it is no file.`,
    })
  }
  expect(readdirSync(dir)).toEqual(['folder', 'pipe'])
})

test('whoever interrupts it finds the old file and nothing beside it', async ({ dir, expect }) => {
  const path = join(dir, 'all')
  writeFileSync(path, 'old')
  await expect(writeWhole(path, interrupted())).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
  expect([readFileSync(path, 'utf8'), readdirSync(dir)]).toEqual(['old', ['all']])
  expect(process.listenerCount('SIGHUP')).toBe(0)
})
