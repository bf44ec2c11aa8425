import { test } from 'vitest'
import { choosePrompts, chooseRoles, pathProblem, rolesDirOf, type Entry } from './offer.ts'

function entry(path: string, more: Partial<Entry> = {}): Entry {
  return { path, kind: 'file', bytes: 10, id: path, ...more }
}

function reasons(entries: readonly Entry[]): string[] {
  return chooseRoles(entries, 'roles').problems.map(({ file, reason }) => `${file}: ${reason}`)
}

test('role files are taken by their paths below the folder of roles, and nothing else is', ({ expect }) => {
  const entries = ['a/r/l2/lead.md', 'a/r/README.md', 'a/r/l2/README.md', 'a/r/install.sh', 'a/r/coder.md']
  const { files, problems } = chooseRoles(
    entries.map((path) => entry(path)),
    'a/r',
  )
  expect(problems).toEqual([])
  expect([...files.keys()]).toEqual(['roles/l2/lead.md', 'roles/coder.md'])
})

test.for([
  [entry('roles/l2/x.md', { kind: 'link' }), 'it is a link'],
  [entry('roles', { kind: 'link' }), 'it is a link'],
  [entry('roles/picture.png', { kind: 'link' }), 'it is a link'],
  [entry('roles/vendor', { kind: 'repository' }), 'it is a submodule'],
  [entry('roles/pipe', { kind: 'other' }), 'it is no file'],
  [entry('roles/../x.md'), 'is no name for it'],
  [entry('roles//x.md'), 'is no name for it'],
  [entry('roles/.hidden.md'), 'is no name for it'],
  [entry('roles/-x.md'), 'is no name for it'],
  [entry('roles/a\u001b[2Jb.md'), 'is no name for it'],
  [entry('roles/a\nb.md'), 'is no name for it'],
  [entry('roles/a\\..\\b.md'), 'is no name for it'],
  [entry(`roles/${'x'.repeat(130)}.md`), 'is no name for it'],
  [entry('roles/1/2/3/4/5/6/7/8/9.md'), 'more than 8 folders deep'],
  [entry('roles/big.md', { bytes: 1024 * 1024 + 1 }), 'larger than 1 MiB'],
] as const)('a source with %j is refused', ([odd, reason], { expect }) => {
  expect(reasons([entry('roles/l2/good.md'), odd])).toEqual([expect.stringContaining(reason)])
})

test('every mistake of a source is told at once', ({ expect }) => {
  expect(reasons([entry('roles/-a.md'), entry('roles/b.md', { kind: 'link' })])).toHaveLength(2)
})

test('two names that are one where case does not count are refused', ({ expect }) => {
  expect(reasons([entry('roles/L2/Lead.md'), entry('roles/l2/lead.md')])).toEqual([
    'roles/l2/lead.md: it is the same name as roles/L2/Lead.md where case does not count',
  ])
})

test('a source is bounded in files and in bytes', ({ expect }) => {
  const many = Array.from({ length: 1_001 }, (_, index) => entry(`roles/r${index}.md`))
  expect(reasons(many)).toEqual(['roles: it holds more than 1000 files'])
  const large = Array.from({ length: 9 }, (_, index) => entry(`roles/r${index}.md`, { bytes: 1024 * 1024 }))
  expect(reasons(large)).toEqual(['roles: it holds more than 8 MiB'])
})

test('a prompt file comes along if it lies in the folder of roles, and never from elsewhere', ({
  expect,
}) => {
  const entries = [entry('roles/l2/lead.txt'), entry('roles/shared.txt'), entry('roles/other.txt')]
  const named = new Set(['roles/l2/lead.txt', 'roles/shared.txt', 'roles/../etc/passwd', 'etc/passwd'])
  const { files } = choosePrompts(entries, 'roles', named)
  expect([...files.keys()]).toEqual(['roles/l2/lead.txt', 'roles/shared.txt'])
})

test.for([
  [undefined, 'roles'],
  ['', 'roles'],
  ['[project]\nroles_dir = "team"', 'team'],
  ['[project]\nroles_dir = ".agents/roles/"', '.agents/roles'],
  ['[project]\nagents_dir = "agents"', 'agents'],
  ['[targets.unknown]\nenabled = 7', 'roles'],
] as const)('the roles.toml %j says where roles are', ([text, dir], { expect }) => {
  expect(rolesDirOf(text)).toEqual({ kind: 'dir', dir })
})

test.for([
  '[project]\nroles_dir = "../x"',
  '[project]\nroles_dir = "/etc"',
  '[project]\nroles_dir = "."',
  '[project]\nroles_dir = "a/../../b"',
  '[project]\nroles_dir = "-x"',
  '[project]\nroles_dir = ".git/../.."',
  '[project]\nroles_dir = 7',
  '[project',
])('the roles.toml %j is refused', (text, { expect }) => {
  expect(rolesDirOf(text).kind).toBe('wrong')
})

test.for(['roles/x.md', 'roles/l2/a b.md'])('%s may be a path in the layer', (path, { expect }) => {
  expect(pathProblem(path)).toBeUndefined()
})

test.for(['marrow.toml', 'roles', 'roles/', '../roles/x.md', '/roles/x.md', 'roles/../marrow.toml'])(
  '%s may not',
  (path, { expect }) => {
    expect(pathProblem(path)).toBeDefined()
  },
)
