import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { version } from './version.ts'

test('the version is the one of package.json', ({ expect }) => {
  const file: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(version).toBe(file.version)
})
