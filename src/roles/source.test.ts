import { test } from 'vitest'
import { checkRef, parseSource } from './source.ts'

test.for([
  ['https://example.org/team/roles.git', 'https://example.org/team/roles.git', 'https'],
  ['ssh://git@example.org:2222/roles', 'ssh://git@example.org:2222/roles', 'ssh'],
  ['git@example.org:team/roles.git', 'git@example.org:team/roles.git', 'ssh'],
] as const)(
  '%s is a repository elsewhere, and git may go there by %s alone',
  ([written, name, protocols], { expect }) => {
    expect(parseSource(written, '/here')).toEqual({ kind: 'remote', name, protocols, login: undefined })
  },
)

test.for([
  ['file:///srv/my%20roles', '/srv/my roles'],
  ['../roles', '/srv/roles'],
  ['/srv/roles/', '/srv/roles'],
  ['team/roles', '/srv/here/team/roles'],
  ['roles:v2', '/srv/here/roles:v2'],
] as const)('%s is a place of this machine', ([written, name], { expect }) => {
  expect(parseSource(written, '/srv/here')).toEqual({ kind: 'place', name })
})

test('a password is kept apart from the name of its source', ({ expect }) => {
  expect(parseSource('https://me:s%3Acret@example.org/roles', '/')).toEqual({
    kind: 'remote',
    name: 'https://example.org/roles',
    protocols: 'https',
    login: { user: 'me', password: 's:cret' },
  })
})

test.for([
  ['', 'it is empty'],
  ['--upload-pack=touch /tmp/x', 'it begins with a -'],
  ['-u', 'it begins with a -'],
  ['ext::sh -c touch% /tmp/x', 'runs a helper of git'],
  ['fd::17', 'runs a helper of git'],
  ['EXT::sh', 'runs a helper of git'],
  ['::x', 'runs a helper of git'],
  ['ext://sh', 'no way that marrow lets git go'],
  ['ssh://-oProxyCommand=touch/x', 'begins with a -'],
  ['ssh://%2DoProxyCommand=x/y', 'begins with a -'],
  ['ssh://example.org/-x', 'begins with a -'],
  ['ssh://-x@example.org/roles', 'begins with a -'],
  ['git@-oProxyCommand=x:roles', 'begins with a -'],
  ['git@example.org:--upload-pack=x', 'begins with a -'],
  ["git@example.org:'-x", 'begins with a -'],
  ['ssh://me:secret@example.org/roles', 'no password'],
  ['http://example.org/roles', 'safe from changes'],
  ['git://example.org/roles', 'safe from changes'],
  ['file://example.org/roles', 'no host'],
  ['file:///srv/%00', 'control characters'],
  ['ssh://example.org%0a/x', 'control characters'],
  ['file:///srv/%zz', 'two hex digits'],
  ['https://example.org/a\nb', 'control characters'],
] as const)('%j is refused, and not repeated', ([written, reason], { expect }) => {
  expect(() => parseSource(written, '/here')).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(reason) }),
  )
})

test('what is refused may hold a password, so it is not repeated', ({ expect }) => {
  for (const written of ['http://me:s3cret@example.org/', 'ssh://me:s3cret@example.org/'])
    expect(() => parseSource(written, '/')).toThrow(/^(?!.*s3cret)/)
})

test.for(['main', 'v1.2', 'feature/roles', '0123456789abcdef0123456789abcdef01234567', 'a@b'])(
  '%s may be a ref',
  (ref, { expect }) => {
    expect(checkRef(ref)).toBe(ref)
  },
)

test.for([
  '-x',
  '--upload-pack=x',
  '',
  'a..b',
  'a:b',
  '+main',
  'main:refs/heads/x',
  '^main',
  'a b',
  'a\nb',
  '@{u}',
  'a@{1}',
  'a//b',
  'a/',
  'x.lock',
  'a*',
  'x'.repeat(201),
])('%j is no ref', (ref, { expect }) => {
  expect(() => checkRef(ref)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
