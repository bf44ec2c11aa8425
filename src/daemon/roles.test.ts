import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { usualDelegation } from '../../test/helpers/agents.ts'
import { test as base } from '../../test/helpers/temp-dir.ts'
import type { LinkedRole } from '../roles/role.ts'
import { checkRoles } from './local/check-roles.ts'
import { agentRole, roleLayer } from './roles.ts'

interface House {
  readonly core: string
  readonly operator: string
  /** Writes a file, relative to the folder of the test. */
  readonly put: (path: string, ...lines: string[]) => Promise<string>
  /** What an agent with this role gets. */
  readonly roleOf: (role: string | undefined) => Promise<LinkedRole | undefined>
}

const test = base.extend<{ house: House }>({
  house: async ({ dir }, use) => {
    const [core, operator] = [join(dir, 'core'), join(dir, 'operator')]
    const config = { coreDir: core, operatorDir: operator, agents: [] }
    await use({
      core,
      operator,
      put: async (path, ...lines) => {
        const full = join(dir, path)
        await mkdir(dirname(full), { recursive: true })
        await writeFile(full, lines.join('\n'))
        return full
      },
      roleOf: async (role) => (await agentRole({ role, workspace: join(dir, 'w') }, config))?.role,
    })
  },
})

const broken = ['---', 'nam: scout', 'role: chief', '---', 'Look.']

test('a role is taken from the operator’s layer first, then from the core', async ({ house, expect }) => {
  await house.put('core/roles/l1/scout.md', 'core scout')
  for (const role of ['scout', 'l1/scout', 'l1/scout.md']) {
    expect(await house.roleOf(role)).toMatchObject({ id: 'l1/scout', prompt: 'core scout', source: 'core' })
  }
  const path = await house.put('operator/roles/scout.md', 'own scout')
  expect(await house.roleOf('scout')).toMatchObject({ prompt: 'own scout', path })
  expect(await house.roleOf('l1/scout')).toMatchObject({ prompt: 'core scout' })
})

test('a role may be called by the name that stands in its file', async ({ house, expect }) => {
  await house.put('core/roles/l1/scout.md', '---', 'name: Look Out', '---', 'Look.')
  expect(await house.roleOf('Look Out')).toMatchObject({ id: 'l1/scout' })
  await house.put('core/roles/l1/other.md', '---', 'name: Look Out', '---', 'Look.')
  await expect(house.roleOf('Look Out')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('Use one of: l1/other, l1/scout.'),
  })
})

test('a prompt has the text of a role without its front matter', async ({ house, expect }) => {
  const path = await house.put('core/roles/l1/scout.md', '---', 'name: scout', '---', '', '# Scout', '')
  const role = await house.roleOf('scout')
  const layer = role && roleLayer(role, false)
  expect(layer).toMatchObject({ kind: 'role', name: 'Role', text: '# Scout', source: path, native: false })
})

test('an agent without a role has none', async ({ house, expect }) => {
  expect(await house.roleOf(undefined)).toBeUndefined()
})

test('a role that is missing names the places where it was looked for', async ({ house, expect }) => {
  await expect(house.roleOf('l2/none')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `Cannot load the role l2/none: there is none of ${house.operator}/roles/l2/none.md, ${house.core}/roles/l2/none.md.`,
  })
})

test('a role with mistakes is refused with all of them, and no other role is', async ({ house, expect }) => {
  const path = await house.put('operator/roles/l1/scout.md', ...broken)
  await house.put('core/roles/l1/scout.md', 'core scout')
  await house.put('core/roles/l1/refit.md', 'core refit')
  await expect(house.roleOf('scout')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: [
      `Cannot use ${path}: it has 2 mistakes.`,
      `${path}:1: name: is required. Fix: Write name: and what the role is called.`,
      `${path}:3: role: must be primary, subagent or all. Fix: Write one of the three.`,
    ].join('\n'),
  })
  expect(await house.roleOf('refit')).toMatchObject({ prompt: 'core refit' })
})

test('a role of the core does not count while the operator’s folder cannot be read', async ({
  house,
  expect,
}) => {
  await house.put('core/roles/l1/scout.md', 'core scout')
  // A file where a folder is expected cannot be read by anybody, root included.
  await house.put('operator/roles', 'no folder')
  await expect(house.roleOf('scout')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`Cannot use ${house.operator}/roles: it has a mistake.`),
  })
})

test('a role cannot be read from outside the folder of roles', async ({ house, expect }) => {
  await house.put('operator/secret.md', 'secret')
  await expect(house.roleOf('../secret')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('an agent cannot have a role that agents write', async ({ house, expect }) => {
  await house.put('core/roles/l3/coder.md', '---', 'name: coder', 'class: leaf', '---', 'Code.')
  await house.put('w/roles/custom-chief.md', '---', 'name: custom-chief', 'base: l3/coder', '---', 'Rule.')
  await expect(house.roleOf('custom-chief')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('it is a custom role, which agents may write.'),
  })
})

test('checkRoles() tells the mistakes of operators from those of agents', async ({ dir, house, expect }) => {
  const own = await house.put('operator/roles/l1/scout.md', ...broken)
  const custom = await house.put('w/roles/custom-x.md', ...broken)
  const workspace = join(dir, 'w')
  const isolation = { readWrite: [] }
  const agents = [
    { name: 'a', role: 'scout', workspace, workDir: workspace, isolation },
    { name: 'b', role: undefined, workspace, workDir: workspace, isolation },
  ]
  const check = await checkRoles({
    path: '/o/marrow.toml',
    coreDir: house.core,
    operatorDir: house.operator,
    delegation: { ...usualDelegation, commands: { coder: ['codex'] } },
    agents,
  })
  expect(check.mistakes.map(({ file }) => file)).toEqual([own, own])
  expect(new Set(check.roleWarnings.map(({ file }) => file))).toEqual(new Set([custom, '/o/marrow.toml']))
  expect([...check.roles]).toMatchObject([['a', { kind: 'wrong', path: own }]])
})
