import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { git } from '../../helpers/repository.ts'
import { role, test } from '../../helpers/role-tree.ts'
import { marrowProgram } from '../../helpers/spawned-daemon.ts'
import { openTerminal } from '../../helpers/terminal.ts'

test('add shows what would come, installs nothing without a yes, and then all of it', async ({
  tree,
  expect,
}) => {
  const { marrow, layer, source } = tree
  const shown = await marrow('role', 'add', source)
  expect(shown).toMatchObject({ code: 0, err: '' })
  expect(shown.out).toMatch(/\+ l2\/lead: new \(L2; bash \(git \*\), delegate \(l3\/coder\)\)\n/)
  expect(shown.out).toContain('Nothing was changed. To do it, add: --yes')
  expect(existsSync(join(layer, 'roles/l2'))).toBe(false)
  expect((await marrow('role', 'add', source, '--yes')).code).toBe(0)
  expect(readFileSync(join(layer, 'roles/l3/painter.txt'), 'utf8')).toBe('Paint.\n')
  const { sources } = JSON.parse((await marrow('role', 'list', '--json')).out)
  const commit = git(source, 'rev-parse', 'HEAD')
  expect(sources).toEqual([{ source, ref: null, commit, files: 3 }])
  expect((await marrow('role', 'add', source)).out).toContain('nothing is different')
})

test('on a terminal it is asked first, and a no changes nothing', async ({ tree, expect }) => {
  const { layer, source, site } = tree
  const { PATH = '', HOME = '' } = process.env
  using terminal = openTerminal(site.dir, site.dir, { PATH, HOME })
  const add = `${marrowProgram} role add ${source} -c ${site.configPath}`
  terminal.line(add)
  expect(await terminal.shows('Do this? [y/N]')).toContain('+ l2/lead: new')
  terminal.line('n')
  await terminal.shows('Nothing was changed.')
  expect(existsSync(join(layer, 'roles/l2'))).toBe(false)
  terminal.line(`clear; ${add}`)
  await terminal.shows('Do this? [y/N]')
  terminal.line('y')
  await terminal.shows('✓ done')
  expect(existsSync(join(layer, 'roles/l2/lead.md'))).toBe(true)
})

test('a source with a mistake installs nothing at all, and neither does one that breaks what is there', async ({
  tree,
  expect,
}) => {
  const { marrow, write, commitAll, layer, source } = tree
  await write('team/roles/l3/bad.md', role('bad', 'level: high\n'))
  await write('team/roles/l3/worse.md', role('worse', 'capabilities: [{delegate: [nobody]}]\n'))
  commitAll()
  const bad = await marrow('role', 'add', source, '--yes')
  expect(bad).toMatchObject({ code: 1, out: '' })
  expect(bad.err).toContain(`${layer}/roles/l3/bad.md:3: level:`)
  expect(bad.err).toContain(`${layer}/roles/l3/worse.md:3:`)
  for (const name of ['bad', 'worse']) rmSync(join(source, `roles/l3/${name}.md`))
  await write('team/roles/l2/coder.md', role('coder', ''))
  commitAll()
  const ambiguous = await marrow('role', 'add', source, '--yes')
  expect(ambiguous).toMatchObject({ code: 1, out: '' })
  expect(ambiguous.err).toContain("Ambiguous role reference 'coder'")
  expect(existsSync(join(layer, 'roles/l2'))).toBe(false)
  expect(existsSync(join(layer, 'roles.lock.json'))).toBe(false)
})

test('a mistake that was there before keeps nothing from being installed', async ({ tree, expect }) => {
  const { marrow, write, source } = tree
  await write('conf/roles/l3/old.md', role('old', 'level: high\n'))
  expect((await marrow('role', 'add', source, '--yes')).code).toBe(0)
})

test('a role that would make an agent somebody else is told of', async ({ tree, expect }) => {
  const { marrow, write, commitAll, source } = tree
  await write('team/roles/scout.md', role('other-scout', 'scheduled: true\n'))
  commitAll()
  const { out } = await marrow('role', 'add', source)
  expect(out).toContain('! the agent scout would be scout instead of l1/scout')
  const { sources } = JSON.parse((await marrow('role', 'add', source, '--json')).out)
  expect(sources[0].agents).toEqual([{ agent: 'scout', before: 'l1/scout', after: 'scout' }])
})

test("a file of the operator's own is not overwritten by one of the same name", async ({ tree, expect }) => {
  const { marrow, write, layer, source } = tree
  await write('conf/roles/l2/lead.md', role('lead', '', 'Mine.'))
  const { out } = await marrow('role', 'add', source, '--yes')
  expect(out).toContain('! l2/lead: stays, for it did not come from this source')
  expect(readFileSync(join(layer, 'roles/l2/lead.md'), 'utf8')).toContain('Mine.')
  await marrow('role', 'add', source, '--yes', '--theirs')
  expect(readFileSync(join(layer, 'roles/l2/lead.md'), 'utf8')).toContain('I am lead.')
})

test('update shows the difference, takes deletions along, and leaves what was edited', async ({
  tree,
  expect,
}) => {
  const { marrow, write, commitAll, layer, source } = tree
  await marrow('role', 'add', source, '--ref', 'main', '--yes')
  await write(
    'team/roles/l2/lead.md',
    role('lead', 'capabilities: [{delegate: [l3/coder]}]\n', 'Better.\u001b[2J'),
  )
  await write('team/roles/l3/painter.txt', 'Paint well.\n')
  const commit = commitAll()
  await write('conf/roles/l3/painter.txt', 'Paint as I say.\n')
  const shown = await marrow('role', 'update')
  expect(shown.out).toContain('    -I am lead.\n    +Better.<U+001B>[2J\n')
  expect(shown.out).toContain('! l3/painter.txt: stays, for you edited it')
  expect(readFileSync(join(layer, 'roles/l2/lead.md'), 'utf8')).toContain('I am lead.')
  expect((await marrow('role', 'update', 'team', '--yes')).code).toBe(0)
  expect(readFileSync(join(layer, 'roles/l2/lead.md'), 'utf8')).toContain('Better.')
  expect(readFileSync(join(layer, 'roles/l3/painter.txt'), 'utf8')).toBe('Paint as I say.\n')
  expect(readFileSync(join(layer, 'roles.lock.json'), 'utf8')).toContain(commit)
  await marrow('role', 'update', '--yes', '--theirs')
  expect(readFileSync(join(layer, 'roles/l3/painter.txt'), 'utf8')).toBe('Paint well.\n')
  rmSync(join(source, 'roles/l2'), { recursive: true })
  commitAll()
  expect((await marrow('role', 'update', '--yes')).out).toContain('- l2/lead: removed')
  expect(existsSync(join(layer, 'roles/l2'))).toBe(false)
  expect(await marrow('role', 'update', 'nobody')).toMatchObject({
    code: 1,
    err: expect.stringContaining('it is not installed'),
  })
})

test('a source that is gone keeps no other from its update', async ({ tree, expect }) => {
  const { marrow, write, layer, source, site } = tree
  await write('gone/roles/l3/goner.md', role('goner', ''))
  await marrow('role', 'add', join(site.dir, 'gone'), '--yes')
  await marrow('role', 'add', source, '--yes')
  rmSync(join(site.dir, 'gone'), { recursive: true })
  await write('team/roles/l3/painter.txt', 'Paint well.\n')
  tree.commitAll()
  const { code, err } = await marrow('role', 'update', '--yes')
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('there is no such folder') })
  expect(readFileSync(join(layer, 'roles/l3/painter.txt'), 'utf8')).toBe('Paint well.\n')
})

test('remove refuses what others name, and names them', async ({ tree, expect }) => {
  const { marrow, write, layer, source } = tree
  await marrow('role', 'add', source, '--yes')
  const coder = await marrow('role', 'remove', 'coder', '--yes')
  expect(coder).toMatchObject({ code: 1, out: '' })
  expect(coder.err).toContain('l3/coder is named by the role l1/scout, the role l2/lead.')
  expect((await marrow('role', 'remove', 'l1/scout', '--yes')).err).toContain('named by the agent scout.')
  await write(
    'conf/roles/l1/scout.md',
    role('scout', 'scheduled: true\ncapabilities: [{delegate: [l2/lead]}]\n'),
  )
  expect((await marrow('role', 'remove', 'team', '--yes')).err).toContain(
    'l2/lead is named by the role l1/scout.',
  )
  expect(existsSync(join(layer, 'roles/l3/painter.md'))).toBe(true)
  await write('conf/roles/l1/scout.md', role('scout', 'scheduled: true\n'))
  expect((await marrow('role', 'remove', 'l3/painter', '--yes')).code).toBe(0)
  expect((await marrow('role', 'update', '--yes')).out).toContain(
    '! l3/painter: stays away, for you deleted it',
  )
  expect((await marrow('role', 'remove', source, '--yes')).code).toBe(0)
  expect(existsSync(join(layer, 'roles/l2'))).toBe(false)
  expect(existsSync(join(layer, 'roles.lock.json'))).toBe(false)
  await write('core/roles/l3/tester.md', role('tester', ''))
  expect((await marrow('role', 'remove', 'tester')).err).toContain('it belongs to the core')
})
