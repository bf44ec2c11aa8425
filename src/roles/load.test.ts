import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test as base } from '../../test/helpers/temp-dir.ts'
import { roleText } from '../../test/helpers/role-files.ts'
import { toolsOf } from './capabilities.ts'
import { loadRoles, type LoadedRoles } from './load.ts'

interface Tree {
  /** Writes a file, relative to the folder of the test. */
  readonly put: (path: string, text: string | Uint8Array) => Promise<string>
  readonly link: (target: string, path: string) => Promise<void>
  readonly load: () => Promise<LoadedRoles>
}

const test = base.extend<{ tree: Tree }>({
  tree: async ({ dir }, use) => {
    const place = async (path: string) => {
      const full = join(dir, path)
      await mkdir(dirname(full), { recursive: true })
      return full
    }
    const workspace = join(dir, 'ws')
    await use({
      put: async (path, text) => {
        const full = await place(path)
        await writeFile(full, text)
        return full
      },
      link: async (target, path) => symlink(target, await place(path)),
      load: () =>
        loadRoles({
          coreDir: join(dir, 'core'),
          operatorDir: join(dir, 'own'),
          workspaces: [{ root: workspace, path: workspace }],
        }),
    })
  },
})

const leaf = (id: string) => roleText(id, 'class: leaf')
const skill = (name: string) => `---\nname: ${name}\ndescription: Helps.\n---\nDo it.`

test('loadRoles() finds nothing where nothing is', async ({ tree, expect }) => {
  const { catalogue, skills, settings } = await tree.load()
  expect([catalogue.roles.size, catalogue.mistakes.length, skills.size]).toEqual([0, 0, 0])
  expect([...settings.values()].some(({ enabled }) => enabled)).toBe(false)
})

test('loadRoles() reads roles, skills and roles.toml of all three sources', async ({ tree, expect }) => {
  await tree.put('core/roles/l3/coder.md', leaf('l3/coder'))
  await tree.put('core/roles/README.md', 'For people.')
  await tree.put('core/roles/l3/.draft.md', 'Not yet.')
  await tree.put('core/roles/l3/notes.txt', 'No role.')
  await tree.put('core/roles.toml', '[targets.claude]\noutput_layout = "flatten"\n')
  await tree.put('core/skills/triage/SKILL.md', skill('triage'))
  await tree.put('own/roles/teams/red/lead.md', roleText('teams/red/lead'))
  await tree.put('own/roles.toml', '[targets.claude]\nenabled = false\n')
  await tree.put('own/skills/prove/SKILL.md', skill('prove'))
  await tree.put('ws/roles/custom-x.md', roleText('custom-x', 'base: coder'))
  await tree.put('ws/roles/conductor.md', roleText('conductor'))
  await tree.put('ws/roles/l1/custom-y.md', roleText('custom-y', 'base: coder'))
  await tree.put('ws/skills/custom-s/SKILL.md', skill('custom-s'))
  await tree.put('ws/skills/triage/SKILL.md', skill('triage'))
  const { catalogue, settings, skills } = await tree.load()
  expect(catalogue.mistakes).toEqual([])
  expect([...catalogue.roles].map(([id, { source }]) => [id, source])).toEqual([
    ['custom-x', 'workspace'],
    ['l3/coder', 'core'],
    ['teams/red/lead', 'operator'],
  ])
  expect(settings.get('claude')).toMatchObject({ enabled: false, layout: 'flatten' })
  expect([...skills].map(([name, { source }]) => [name, source])).toEqual([
    ['custom-s', 'workspace'],
    ['prove', 'operator'],
    ['triage', 'core'],
  ])
})

test('loadRoles() reads a file afresh when it changed, and is the same when it did not', async ({
  tree,
  expect,
}) => {
  await tree.put('core/roles/a.md', roleText('a', 'description: one'))
  await tree.put('core/roles/b.md', roleText('b', 'prompt_file: b.txt'))
  await tree.put('core/roles/b.txt', 'old')
  const before = (await tree.load()).catalogue
  expect((await tree.load()).catalogue).toEqual(before)
  await tree.put('core/roles/a.md', roleText('a', 'description: two'))
  await tree.put('core/roles/b.txt', 'new')
  const { roles } = (await tree.load()).catalogue
  expect(roles.get('a')?.description).toBe('two')
  expect(roles.get('b')?.prompt).toBe('new')
})

test('mistakes of roles.toml and of skills have their lines too', async ({ tree, expect }) => {
  const settings = await tree.put('own/roles.toml', '# mine\n[targets.claude]\n\nenabled = "yes"\nx = 1\n')
  const broken = await tree.put('core/roles.toml', '[targets\n')
  const file = await tree.put('core/skills/triage/SKILL.md', skill('other'))
  const { catalogue } = await tree.load()
  expect(catalogue.mistakes).toMatchObject([
    { file: broken, line: 1 },
    { file, line: 2, key: 'name' },
    { file: settings, line: 4, key: 'targets.claude.enabled' },
  ])
  expect(catalogue.hints).toMatchObject([{ file: settings, line: 5, key: 'targets.claude.x' }])
})

test('what cannot be read is a mistake of its own, and hides no other role', async ({
  dir,
  tree,
  expect,
}) => {
  await tree.put('core/roles/good.md', roleText('good'))
  await tree.put('core/roles/huge.md', 'x'.repeat(1024 * 1024 + 1))
  await tree.put('core/roles/latin.md', new Uint8Array([0x63, 0x61, 0x66, 0xe9]))
  await tree.put('core/roles/-rf.md', roleText('x'))
  await tree.put('core/roles/bad dir!/x.md', roleText('x'))
  await mkdir(join(dir, 'core/roles/folder.md'))
  await tree.link('nowhere.md', 'core/roles/gone.md')
  await tree.put('core/roles/1/2/3/4/5/6/7/deep.md', roleText('deep'))
  await tree.put('core/roles/1/2/3/4/5/6/7/8/deeper.md', roleText('deeper'))
  const { catalogue } = await tree.load()
  expect([...catalogue.roles.keys()]).toEqual(['1/2/3/4/5/6/7/deep', 'good'])
  const found = catalogue.mistakes.map(({ file, line, reason }) => [
    file.slice(dir.length + 12),
    line,
    reason,
  ])
  expect(found).toEqual([
    ['-rf.md', 1, 'has a name that cannot be the id of a role.'],
    ['1/2/3/4/5/6/7/8', 1, 'lies more than 8 folders deep.'],
    ['bad dir!/x.md', 1, 'has a name that cannot be the id of a role.'],
    ['gone.md', 1, 'is a link to nothing.'],
    ['huge.md', 1, 'has more than 1048576 bytes.'],
    ['latin.md', 1, 'is not UTF-8 text.'],
  ])
})

test('a tree of more than a thousand roles is cut, and says so', async ({ dir, tree, expect }) => {
  for (let number = 0; number <= 1_000; number += 1) await tree.put(`core/roles/r${number}.md`, 'Text.')
  const { catalogue } = await tree.load()
  expect(catalogue.roles.size).toBe(1_000)
  expect(catalogue.mistakes).toMatchObject([{ file: join(dir, 'core/roles') }])
})

test('the operator’s roles may be links, and one that leads back up ends', async ({ tree, expect }) => {
  await tree.put('elsewhere/scout.md', roleText('scout'))
  await tree.link('../../elsewhere', 'own/roles/l1')
  await tree.link('.', 'own/roles/again')
  const { catalogue } = await tree.load()
  expect(catalogue.roles.get('l1/scout')).toMatchObject({ source: 'operator', level: 1 })
  expect([...catalogue.roles.keys()]).toEqual(['l1/scout'])
  expect(catalogue.mistakes).toMatchObject([{ reason: 'is a link that leads back up.' }])
})

test('prompt_file is read beside the role, and never from outside of the roles', async ({ tree, expect }) => {
  await tree.put('own/secret.md', 'secret')
  await tree.put('own/roles/texts/lead.txt', 'Lead them.')
  await tree.put('own/roles/l2/lead.md', roleText('l2/lead', 'prompt_file: ../texts/lead.txt'))
  await tree.put('own/roles/l2/spy.md', roleText('l2/spy', 'prompt_file: ../../secret.md'))
  await tree.put('own/roles/l2/none.md', roleText('l2/none', 'prompt_file: none.txt'))
  const { catalogue } = await tree.load()
  expect(catalogue.roles.get('l2/lead')?.prompt).toBe('Lead them.')
  expect(catalogue.mistakes).toMatchObject([
    { line: 3, key: 'prompt_file', reason: 'names a file that is not there.' },
    { line: 3, key: 'prompt_file', reason: 'must be a file in the folder of roles.' },
  ])
})

test('no link is followed in a workspace', async ({ dir, tree, expect }) => {
  await tree.put('core/roles/l3/coder.md', leaf('l3/coder'))
  const secret = await tree.put('secret.md', roleText('custom-s', 'base: coder'))
  await tree.link(secret, 'ws/roles/custom-s.md')
  await tree.link(secret, 'ws/roles/text.md')
  await tree.put('ws/roles/custom-t.md', roleText('custom-t', 'base: coder', 'prompt_file: text.md'))
  await tree.link(dir, 'ws/roles/up')
  await tree.put('ws/roles/custom-u.md', roleText('custom-u', 'base: coder', 'prompt_file: up/secret.md'))
  await tree.put('skill/SKILL.md', skill('custom-k'))
  await tree.link(join(dir, 'skill'), 'ws/skills/custom-k')
  await tree.link(join(dir, 'skill/SKILL.md'), 'ws/skills/custom-l/SKILL.md')
  const { catalogue, skills } = await tree.load()
  expect([...catalogue.roles.keys()]).toEqual(['l3/coder'])
  expect(skills.size).toBe(0)
  expect(catalogue.mistakes.map(({ file, key }) => [file.slice(dir.length + 4), key])).toEqual([
    ['roles/custom-s.md', ''],
    ['roles/custom-t.md', 'prompt_file'],
    ['roles/custom-u.md', 'prompt_file'],
    ['skills/custom-l/SKILL.md', ''],
  ])
})

test('a folder of custom roles that is a link is a mistake, and hides no other role', async ({
  dir,
  tree,
  expect,
}) => {
  await tree.put('core/roles/l3/coder.md', leaf('l3/coder'))
  await tree.put('elsewhere/custom-x.md', roleText('custom-x', 'base: coder'))
  await tree.put('ws/here', '')
  await tree.link(join(dir, 'elsewhere'), 'ws/roles')
  const { catalogue } = await tree.load()
  expect([...catalogue.roles.keys()]).toEqual(['l3/coder'])
  expect(catalogue.mistakes).toMatchObject([
    { file: join(dir, 'ws/roles'), reason: expect.stringContaining('is a symbolic link') },
  ])
})

test('custom roles are few and small', async ({ tree, expect }) => {
  await tree.put('core/roles/l3/coder.md', leaf('l3/coder'))
  for (let number = 10; number <= 60; number += 1)
    await tree.put(`ws/roles/custom-${number}.md`, roleText(`custom-${number}`, 'base: coder'))
  await tree.put('ws/roles/custom-11.md', roleText('custom-11', 'base: coder') + ' x'.repeat(40_000))
  await tree.put('ws/roles/custom-12.md', roleText('custom-12', 'base: coder', `# ${'x'.repeat(4_096)}`))
  const { catalogue } = await tree.load()
  expect(catalogue.roles.size).toBe(1 + 48)
  expect(catalogue.mistakes.map(({ reason }) => reason)).toEqual([
    'has more than 50 custom files; the rest is not read.',
    'has more than 65536 bytes.',
    'the front matter has more than 4096 characters.',
  ])
})

test('a tree of role-forge loads unchanged', async ({ tree, expect }) => {
  const settings = [
    '[project]',
    'roles_dir = ".agents/roles"',
    '[targets.opencode]',
    'output_dir = "."',
    '[targets.opencode.model_map]',
    'reasoning = "prov/big"',
    '[targets.opencode.capability_map]',
    'docs = { context7 = true }',
  ]
  await tree.put('core/roles.toml', settings.join('\n'))
  const leaves = Array.from({ length: 12 }, (_, index) => `l3/worker-${index}`)
  for (const [index, id] of leaves.entries()) {
    const placed = index % 2 === 0 ? ['class: leaf'] : ['hierarchy:', '  class: leaf', '  level: L3']
    await tree.put(`core/roles/${id}.md`, roleText(id, ...placed, 'capabilities: [read, docs, safe-bash]'))
  }
  for (let lead = 0; lead < 5; lead += 1) {
    const mine = leaves.slice(lead * 2, lead * 2 + 4)
    const id = `l2/lead-${lead}`
    const text = roleText(
      id,
      'description: >-',
      '  Leads: plans, "splits" and',
      '  hands out 🧭 --- and closes.',
      'role: all',
      'model:',
      '  tier: reasoning',
      '  temperature: 0.3',
      'skills:',
      '  - triage',
      'capabilities:',
      '  - basic',
      '  - bash:',
      '      - "make*"',
      '  - delegate:',
      ...mine.map((one) => `      - ${one}${lead === 0 ? '.md' : ''}`),
      'hierarchy:',
      '  level: 2',
      '  callable: yes',
      '  max_delegate_depth: 1',
      `  allowed_children: [${mine.map((one) => one.slice(3)).join(', ')}]`,
    )
    await tree.put(`core/roles/${id}.md`, text.replaceAll('\n', lead === 1 ? '\r\n' : '\n'))
  }
  const leads = ['l2/lead-0', 'l2/lead-1', 'l2/lead-2', 'l2/lead-3', 'l2/lead-4']
  for (const id of ['l1/main', 'l1/night', 'l1/week'])
    await tree.put(
      `core/roles/${id}.md`,
      roleText(
        id,
        `name: "The ${id.slice(3)} one"`,
        'role: primary',
        'level: L1',
        'scheduled: true',
        'callable: false',
        'author: somebody',
        'prompt_file: texts/shared.txt',
        `capabilities: [all, {delegate: [${leads.join(', ')}]}]`,
      ),
    )
  await tree.put('core/roles/l1/texts/shared.txt', 'You keep the house.')
  const { catalogue, settings: read } = await tree.load()
  expect(catalogue.mistakes).toEqual([])
  expect(catalogue.roles.size).toBe(20)
  expect(catalogue.roles.get('l1/main')).toMatchObject({ prompt: 'You keep the house.', delegates: leads })
  expect(catalogue.roles.get('l2/lead-1')).toMatchObject({
    description: 'Leads: plans, "splits" and hands out 🧭 --- and closes.',
    children: ['l3/worker-2', 'l3/worker-3', 'l3/worker-4', 'l3/worker-5'],
    callable: true,
    maxDelegateDepth: 1,
  })
  const worker = catalogue.roles.get('l3/worker-0')
  const map = read.get('opencode')?.capabilityMap ?? {}
  expect(toolsOf(worker?.capabilities ?? [], map).ids).toEqual(['read', 'glob', 'grep', 'context7', 'bash'])
})
