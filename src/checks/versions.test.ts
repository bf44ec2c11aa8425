import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import { isBeyond, isOlder, testedVersions, versionIn } from './versions.ts'

test('the tested versions are those that the end-to-end tests fetch', async ({ expect }) => {
  const script = await readFile(join(import.meta.dirname, '../../scripts/fetch-cli'), 'utf8')
  for (const [name, version] of Object.entries(testedVersions)) {
    expect(script).toMatch(new RegExp(`${name}\\)\\n\\s*version=${version.replaceAll('.', '\\.')}\\n`))
  }
})

test.for([
  ['2.1.328 (Claude Code)\n', '2.1.328'],
  ['codex-cli 0.169.0\n', '0.169.0'],
  ['warning: old\n1.18.33\n', '1.18.33'],
  ['v1.2', '1.2'],
  ['no number', undefined],
  ['127.0.0.1', undefined],
] as const)('%j says %s', ([text, version], { expect }) => {
  expect(versionIn(text)).toBe(version)
})

test.for([
  ['v24.9.1', '24.15', true],
  ['24.15.0', '24.15', false],
  ['25.0', '24.15', false],
  ['2.1', '2.1.1', true],
] as const)('whether %s is older than %s: %s', ([version, than, older], { expect }) => {
  expect(isOlder(version, than)).toBe(older)
})

test.for([
  ['2.9.0', '2.1.0', false],
  ['3.0.0', '2.1.0', true],
  ['0.170.0', '0.169.0', true],
  ['0.169.9', '0.169.0', false],
  ['1.0.0', '0.169.0', true],
] as const)('whether %s is beyond %s: %s', ([version, tested, beyond], { expect }) => {
  expect(isBeyond(version, tested)).toBe(beyond)
})
