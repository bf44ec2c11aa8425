import { test } from 'vitest'
import { bubblewrapWords, type BubblewrapRequest } from './bubblewrap.ts'
import type { Rule } from './policy.ts'

const rule = (path: string, access: Rule['access'], more: Partial<Rule> = {}): Rule => ({
  path,
  access,
  kind: 'folder',
  from: undefined,
  closed: false,
  why: 'test',
  ...more,
})

function wordsFor(rules: readonly Rule[], more: Partial<BubblewrapRequest> = {}): string[] {
  const policy = { rules, network: true, refused: [] }
  const words = ['agent', '--flag', 'a b', '$HOME']
  return bubblewrapWords({
    program: '/bin/bwrap',
    policy,
    words,
    cwd: '/ws',
    terminal: false,
    infoFd: undefined,
    ...more,
  })
}

const machine =
  '--ro-bind / / --dev /dev --perms 1777 --tmpfs /dev/shm --proc /proc --ro-bind-try /proc/sys /proc/sys'

/** What stands between the switches and the command. */
const mounts = (rules: readonly Rule[]) => {
  const words = wordsFor(rules)
  return words.slice(words.indexOf('--new-session') + 1, words.indexOf('--remount-ro')).join(' ')
}

test.for([
  ['the machine', rule('/', 'read-only'), machine],
  ['a folder to read', rule('/a', 'read-only'), '--ro-bind /a /a'],
  ['a folder to write', rule('/a', 'read-write'), '--bind /a /a'],
  ['what lies elsewhere', rule('/a', 'read-write', { from: '/b' }), '--bind /b /a'],
  ['a hidden folder', rule('/a', 'hidden'), '--tmpfs /a'],
  [
    'a hidden folder in which nothing is made',
    rule('/a', 'hidden', { closed: true }),
    '--perms 0555 --tmpfs /a',
  ],
  ['a hidden file', rule('/a', 'hidden', { kind: 'file' }), '--ro-bind /dev/null /a'],
  ['a link', rule('/a', 'read-write', { kind: 'link', from: '../b' }), '--symlink ../b /a'],
  ['a device', rule('/dev/fuse', 'read-write', { kind: 'file' }), '--dev-bind /dev/fuse /dev/fuse'],
] as const)('%s becomes a mount', ([, one, expected], { expect }) => {
  expect(mounts([one])).toBe(expected)
})

test('nothing can be put into its /dev but what is mounted there', ({ expect }) => {
  const words = wordsFor([rule('/', 'read-only'), rule('/ws', 'read-write')])
  expect(words.slice(words.indexOf('--remount-ro'), words.indexOf('--chdir'))).toEqual([
    '--remount-ro',
    '/dev',
  ])
  expect(words.indexOf('--remount-ro')).toBeGreaterThan(words.lastIndexOf('--bind'))
})

test('a private folder holds no more than the memory that a run may have', ({ expect }) => {
  const policy = { rules: [rule('/tmp', 'hidden')], network: true, refused: [], roomBytes: 1_000_000 }
  expect(wordsFor([], { policy }).join(' ')).toContain('--size 1000000 --tmpfs /tmp')
})

test('mounts follow the order of the rules', ({ expect }) => {
  const words = mounts([rule('/', 'read-only'), rule('/ws', 'read-write'), rule('/ws/a', 'hidden')])
  expect(words).toBe(`${machine} --bind /ws /ws --tmpfs /ws/a`)
})

test('whoever runs it keeps no capabilities and can get none back', ({ expect }) => {
  const words = wordsFor([])
  expect(words).toEqual(expect.arrayContaining(['--unshare-user', '--disable-userns', '--die-with-parent']))
  expect(words.slice(words.indexOf('--cap-drop'))).toEqual(expect.arrayContaining(['ALL']))
})

test('the words of the command stand as they are behind the last switch', ({ expect }) => {
  const words = wordsFor([rule('/', 'read-only')])
  expect(words.slice(words.indexOf('--'))).toEqual(['--', 'agent', '--flag', 'a b', '$HOME'])
})

test('no value of an environment and no shell is among the words', ({ expect }) => {
  const words = wordsFor([rule('/', 'read-only'), rule('/home', 'hidden')])
  expect(words).not.toContain('--setenv')
  expect(words).not.toContain('sh')
})

test.for([
  ['a terminal keeps it', { terminal: true }, '--new-session', false],
  ['no terminal means a session of its own', { terminal: false }, '--new-session', true],
  ['no network', { policy: { rules: [], network: false, refused: [] } }, '--unshare-net', true],
  ['the network', {}, '--unshare-net', false],
  ['whoever wants to know the pid', { infoFd: 9 }, '--info-fd', true],
] as const)('%s', ([, more, word, stands], { expect }) => {
  expect(wordsFor([], more).includes(word)).toBe(stands)
})
