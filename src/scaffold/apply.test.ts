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
    command: ['agent'],
    queueCommand: ['agent'],
    contextScripts: [{ name: 'weather', content: Buffer.from('#!/bin/sh\necho sunny\n') }],
  })

test('everything of a plan is there afterwards, and doing it again makes nothing', async ({
  dir,
  expect,
}) => {
  const steps = plan(dir)
  const made = await applySteps(steps)
  expect(made).toContainEqual(steps.at(-1))
  for (const { path } of steps) await expect(stat(path)).resolves.toBeDefined()
  expect((await stat(join(dir, 'team/context.d/weather'))).mode & 0o111).not.toBe(0)
  expect(await applySteps(steps)).toEqual([])
})

test('a file that exists is left exactly as it is', async ({ dir, expect }) => {
  const steps = plan(dir)
  const config = join(dir, 'conf', 'marrow.toml')
  await mkdir(join(dir, 'conf'))
  await writeFile(config, 'mine')
  const made = await applySteps(steps)
  expect(await readFile(config, 'utf8')).toBe('mine')
  expect(made.map(({ path }) => path)).not.toContain(config)
})

test('a dangling link in the place of a file counts as a file that exists', async ({ dir, expect }) => {
  await mkdir(join(dir, 'conf'))
  await symlink(join(dir, 'elsewhere'), join(dir, 'conf', 'marrow.toml'))
  await applySteps(plan(dir))
  expect(await readdir(dir)).not.toContain('elsewhere')
})

test('no draft is left beside the files', async ({ dir, expect }) => {
  await applySteps(plan(dir))
  await applySteps(plan(dir))
  expect(await readdir(join(dir, 'conf'))).toEqual(['marrow.toml'])
  expect(await readdir(join(dir, 'team', 'context.d'))).toEqual(['weather'])
})

test('of many that make one file at once exactly one made it, and it is whole', async ({ dir, expect }) => {
  const path = join(dir, 'f')
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      applySteps([{ kind: 'file', path, content: `${index}`.repeat(1_000), mode: 0o644 }]),
    ),
  )
  expect(made.filter((steps) => steps.length === 1)).toHaveLength(1)
  expect((await readFile(path, 'utf8')).length % 1_000).toBe(0)
})

test('a folder that cannot be made is an error that names it and says what to do', async ({
  dir,
  expect,
}) => {
  await writeFile(join(dir, 'team'), 'a file')
  await expect(applySteps(plan(dir))).rejects.toMatchObject({
    code: 'CANNOT_WRITE',
    message: expect.stringContaining(join(dir, 'team')),
    fix: expect.stringContaining('choose another path'),
  })
})
