import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { role, test } from '../../helpers/role-tree.ts'
import { marrowProgram } from '../../helpers/spawned-daemon.ts'
import { openTerminal } from '../../helpers/terminal.ts'

test('list, show and graph tell of all roles, and of the agents that have them', async ({ tree, expect }) => {
  const { marrow, write, layer } = tree
  await write('core/roles/l3/coder.md', role('coder', ''))
  await write('core/roles/l3/tester.md', role('tester', ''))
  await write('ws/roles/custom-tester.md', role('custom-tester', 'base: l3/tester\n'))
  const { code, out } = await marrow('role', 'list')
  expect({ code, out: out.replaceAll(/ +/g, ' ') }).toEqual({
    code: 0,
    out: [
      'ROLE LEVEL FROM TIER AGENTS MAY CALL',
      'custom-tester L3 workspace reasoning - -',
      'l1/scout L1 operator reasoning scout l3/coder',
      'l3/coder L3 operator, in place of core reasoning - -',
      'l3/tester L3 core reasoning - -',
      '',
    ].join('\n'),
  })
  const shown = await marrow('role', 'show', 'coder', '--json')
  expect(JSON.parse(shown.out)).toMatchObject({
    id: 'l3/coder',
    from: 'operator',
    in_place_of_core: true,
    called_by: ['l1/scout'],
    path: join(layer, 'roles/l3/coder.md'),
    prompt: 'I am coder.',
    targets: expect.arrayContaining([
      {
        target: 'opencode',
        enabled: false,
        model: null,
        tools: ['read', 'glob', 'grep', 'write', 'edit', 'webfetch', 'websearch'],
        bash: 'none',
      },
    ]),
  })
  expect((await marrow('role', 'show', 'scout')).out).toMatch(/may call +l3\/coder\n[^]*\n\nI am scout\.\n$/)
  expect((await marrow('role', 'graph')).out).toMatch(/^l1\/scout .*\n└─ l3\/coder /)
  expect((await marrow('role', 'graph', '--mermaid')).out).toMatch(/^flowchart TD\n/)
  const unknown = await marrow('role', 'show', 'codr')
  expect(unknown).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Did you mean coder?') })
})

test('check tells every mistake with its line, of the tree or of what is named', async ({ tree, expect }) => {
  const { marrow, write, layer, source, site } = tree
  expect(await marrow('role', 'check')).toEqual({ code: 0, out: 'ROLES OK\n', err: '' })
  await write('conf/roles/l3/bad.md', role('bad', 'level: high\ncapabilities: read\n'))
  const all = await marrow('role', 'check')
  expect(all.code).toBe(1)
  expect(all.out).toContain(`mistake ${layer}/roles/l3/bad.md:3: level: must be a level.`)
  expect(all.out).toContain(`mistake ${layer}/roles/l3/bad.md:4: capabilities: must be a list.`)
  expect(all.out).toContain('2 mistakes in role files.')
  expect((await marrow('role', 'check', join(layer, 'roles/l3/coder.md'))).code).toBe(0)
  expect((await marrow('role', 'check', join(layer, 'roles/l3'))).code).toBe(1)
  const elsewhere = await marrow('role', 'check', source, '--json')
  expect(elsewhere.code).toBe(1)
  expect(JSON.parse(elsewhere.out)).toMatchObject({
    ok: false,
    mistakes: [
      { file: join(source, 'roles/l2/lead.md'), line: 3, reason: expect.stringContaining("'l3/coder'") },
    ],
  })
  expect(await marrow('role', 'check', join(site.dir, 'gone'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no such file or folder'),
  })
})

test('edit makes a role of the core the operator’s own, and says every mistake afterwards', async ({
  tree,
  expect,
}) => {
  const { marrow, write, layer, site } = tree
  await write('core/roles/l3/tester.md', '---\nname: tester\nprompt_file: tester.txt\n---\n')
  await write('core/roles/l3/tester.txt', 'Test.\n')
  const path = join(layer, 'roles/l3/tester.md')
  await write('editor', '#!/bin/sh\nif [ "$1" = --wait ]; then sed -i "$2" "$3"; fi\n')
  const { PATH = '', HOME = '' } = process.env
  const EDITOR = `sh '${join(site.dir, 'editor')}' --wait "s/^name: .*/level: high/"`
  using terminal = openTerminal(site.dir, site.dir, { PATH, HOME, EDITOR })
  terminal.line(`${marrowProgram} role edit tester -c ${site.configPath}; echo "ended with $?"`)
  const screen = await terminal.shows(/ended with \d/)
  expect(screen).toContain('ended with 1')
  expect(screen.replaceAll('\n', '')).toContain(`${path}:2: level: must be a level.`)
  expect(readFileSync(join(layer, 'roles/l3/tester.txt'), 'utf8')).toBe('Test.\n')
  for (const name of ['tester.md', 'tester.txt']) rmSync(join(layer, 'roles/l3', name))
  terminal.line(
    `clear; EDITOR=true ${marrowProgram} role edit tester -c ${site.configPath}; echo "left with $?"`,
  )
  expect(await terminal.shows(/left with \d/)).toContain('the copy is gone again')
  expect(existsSync(path)).toBe(false)
  expect(await marrow('role', 'edit', 'tester')).toEqual({ code: 0, out: `${path}\n`, err: '' })
  expect(readFileSync(path, 'utf8')).toContain('name: tester')
})

test('cast writes what roles.toml enables, once; what is not of marrow stays until it is adopted', async ({
  tree,
  expect,
}) => {
  const { marrow, write, site } = tree
  await write(
    'conf/roles.toml',
    '[targets.opencode]\noutput_layout = "flatten"\n[targets.claude]\nenabled = false\n',
  )
  const agents = join(site.workspace, '.opencode/agents')
  expect((await marrow('role', 'cast', '--dry-run')).out).toContain('2 files for opencode: 2 to be written')
  expect(existsSync(agents)).toBe(false)
  expect((await marrow('setup')).out).toContain(`${site.workspace}: 2 files for opencode: 2 written`)
  expect((await marrow('role', 'cast')).out).toContain('2 as they were')
  writeFileSync(join(agents, 'coder.md'), 'Somebody else wrote this.')
  const foreign = await marrow('role', 'cast')
  expect(foreign.out).toContain("left: .opencode/agents/coder.md (l3/coder), not marrow's")
  expect((await marrow('role', 'cast', '--adopt')).out).toContain('Nothing was changed.')
  expect(readFileSync(join(agents, 'coder.md'), 'utf8')).toBe('Somebody else wrote this.')
  expect((await marrow('role', 'cast', '--adopt', '--yes')).out).toContain('1 taken over')
  expect(readFileSync(join(agents, 'coder.md'), 'utf8')).toContain('I am coder.')
  await mkdir(join(site.dir, 'site'))
  await marrow('role', 'cast', '--target', 'claude', '--target', 'cursor', '--into', join(site.dir, 'site'))
  expect(existsSync(join(site.dir, 'site/.claude/agents/l3/coder.md'))).toBe(true)
  expect(existsSync(join(site.dir, 'site/.cursor/agents/l3/coder.mdc'))).toBe(true)
  await write('conf/roles.toml', '[targets.opencode]\nenabled = false\n')
  expect((await marrow('role', 'cast')).out).toContain('2 removed')
})

test('what agents wrote takes no name and holds up no casting; what the operator wrote wrong does', async ({
  tree,
  expect,
}) => {
  const { marrow, write, site } = tree
  await write('conf/roles.toml', '[targets.opencode]\noutput_layout = "flatten"\n')
  await write('conf/roles/l3/custom-coder.md', role('the-coder', ''))
  await write('ws/roles/custom-coder.md', role('custom-x', 'base: l3/coder\n'))
  await write('ws/roles/custom-bad.md', role('custom-bad', 'level: 1\n'))
  const { code, out } = await marrow('role', 'cast')
  expect(code).toBe(0)
  expect(out).toContain('3 written')
  for (const name of ['custom-coder', 'custom-bad'])
    expect(out).toMatch(new RegExp(`left out: .*/${name}\\.md:`))
  expect(readFileSync(join(site.workspace, '.opencode/agents/custom-coder.md'), 'utf8')).toContain(
    'I am the-coder.',
  )
  rmSync(join(site.workspace, '.opencode'), { recursive: true })
  symlinkSync(site.dir, join(site.workspace, '.opencode'))
  expect((await marrow('role', 'cast')).out).toContain('is a symbolic link')
  expect(existsSync(join(site.dir, 'agents'))).toBe(false)
  await write('conf/roles/l3/bad.md', role('bad', 'level: high\n'))
  expect(await marrow('role', 'cast')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('bad.md:3'),
  })
})
