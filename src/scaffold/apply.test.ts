import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from '../../test/helpers/temp-dir.ts'
import { applySteps } from './apply.ts'
import { planScaffold } from './plan.ts'

const plan = (dir: string) =>
  planScaffold({
    workspace: join(dir, 'team'),
    configOut: join(dir, 'conf', 'marrow.toml'),
    stateDir: join(dir, 'state'),
    coreDir: undefined,
    noIsolation: undefined,
    command: ['agent'],
    queueCommand: ['agent'],
    contextScripts: [{ name: 'weather', content: Buffer.from('#!/bin/sh\necho sunny\n') }],
  })

test('everything of a plan is there afterwards, and doing it again makes nothing', async ({
  dir,
  expect,
}) => {
  const steps = plan(dir)
  const made = applySteps(steps)
  expect(made).toContainEqual(steps.at(-1))
  for (const { path } of steps) await expect(stat(path)).resolves.toBeDefined()
  expect((await stat(join(dir, 'team/context.d/weather'))).mode & 0o111).not.toBe(0)
  expect(applySteps(steps)).toEqual([])
})

test('a file that exists is left exactly as it is', async ({ dir, expect }) => {
  const steps = plan(dir)
  const config = join(dir, 'conf', 'marrow.toml')
  await mkdir(join(dir, 'conf'))
  await writeFile(config, 'mine')
  const made = applySteps(steps)
  expect(await readFile(config, 'utf8')).toBe('mine')
  expect(made.map(({ path }) => path)).not.toContain(config)
})

test('a dangling link in the place of a file counts as a file that exists', async ({ dir, expect }) => {
  await mkdir(join(dir, 'conf'))
  await symlink(join(dir, 'elsewhere'), join(dir, 'conf', 'marrow.toml'))
  applySteps(plan(dir))
  expect(await readdir(dir)).not.toContain('elsewhere')
})

test('no draft is left beside the files', async ({ dir, expect }) => {
  applySteps(plan(dir))
  applySteps(plan(dir))
  expect(await readdir(join(dir, 'conf'))).toEqual(['marrow.toml'])
  expect(await readdir(join(dir, 'team', 'context.d'))).toEqual(['weather'])
})

test('a folder that cannot be made is an error that names it and says what to do', async ({
  dir,
  expect,
}) => {
  await writeFile(join(dir, 'team'), 'a file')
  expect(() => applySteps(plan(dir))).toThrow(
    expect.objectContaining({
      code: 'CANNOT_WRITE',
      message: expect.stringContaining(join(dir, 'team')),
      fix: expect.stringContaining('choose another path'),
    }),
  )
})
