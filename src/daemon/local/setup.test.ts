import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from '../../../test/helpers/temp-dir.ts'
import { setup } from './setup.ts'

test('makes no workspace that is missing, and prepares the others', async ({ dir, expect }) => {
  const configPath = join(dir, 'conf', 'marrow.toml')
  await mkdir(join(dir, 'conf'))
  await mkdir(join(dir, 'here'))
  await writeFile(join(dir, 'file'), '')
  const agent = (name: string) =>
    `[[agents]]\nname = "${name}"\nworkspace = "${join(dir, name)}"\nagent_command = "true"\n`
  await writeFile(
    configPath,
    `state_dir = "${join(dir, 's')}"\n${['here', 'gone', 'file'].map(agent).join('')}`,
  )
  const { lines, failures } = await setup(configPath)
  expect(lines).toEqual([`OK: here workspace ready at ${join(dir, 'here')}`])
  expect(failures).toEqual([
    expect.stringMatching(/^FAIL: workspace invalid for gone: .* does not exist/u),
    expect.stringMatching(/^FAIL: workspace invalid for file: .* is not a folder/u),
  ])
  expect(await readdir(dir)).not.toContain('gone')
  expect(await readdir(join(dir, 'here', 'tasks'))).toEqual(['delegated', 'done', 'queue'])
})

test('makes nothing through a link that an agent put in a workspace', async ({ dir, expect }) => {
  const [workspace, outside] = [join(dir, 'ws'), join(dir, 'outside')]
  await Promise.all([mkdir(workspace), mkdir(outside), mkdir(join(dir, 'conf'))])
  await symlink(outside, join(workspace, 'tasks'))
  const configPath = join(dir, 'conf', 'marrow.toml')
  const agent = `[[agents]]\nname = "a"\nworkspace = "${workspace}"\nagent_command = "true"\n`
  await writeFile(configPath, `state_dir = "${join(dir, 's')}"\n${agent}`)
  const { failures } = await setup(configPath)
  expect(failures).toEqual([expect.stringContaining('tasks is a symbolic link')])
  expect(await readdir(outside)).toEqual([])
})
