import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from '../../test/helpers/temp-dir.ts'
import { unmetPresumptions } from './presumptions.ts'

const otherwise = 'it would do something else'

test('a file that must be there is missed when nothing or a folder stands there', async ({ dir, expect }) => {
  await writeFile(join(dir, 'file'), '')
  await mkdir(join(dir, 'folder'))
  const presumed = ['file', 'folder', 'nothing'].map((name) => ({
    path: join(dir, name),
    must: 'be there' as const,
    otherwise,
  }))
  expect(unmetPresumptions(presumed)).toEqual(presumed.slice(1))
})

test.for<[string, string, boolean]>([
  ['holds JSON', '{"a": 1}', true],
  ['begins with a byte order mark', '\uFEFF{}', true],
  ['is empty', ' \n', true],
  ['is cut', '{"a": ', false],
  ['has a comment', '// mine\n{}', false],
])('settings in a file that %s are taken as the CLI takes them', async ([, text, holds], { dir, expect }) => {
  const path = join(dir, 'settings.json')
  await writeFile(path, text)
  const presumed = [{ path, must: 'be JSON if it is there', otherwise } as const]
  expect(unmetPresumptions(presumed)).toEqual(holds ? [] : presumed)
})

test('settings that are not there are no mistake', ({ dir, expect }) => {
  const path = join(dir, 'nothing.json')
  expect(unmetPresumptions([{ path, must: 'be JSON if it is there', otherwise }])).toEqual([])
})
