import { describe, test } from 'vitest'
import { policyIn } from '../../test/helpers/policies.ts'
import { policyOf, read, request, wish, wishes } from '../../test/helpers/seatbelt-request.ts'
import { noCliFolders } from './home.ts'
import { notInForce, seatbeltProfile, seatbeltWords } from './seatbelt.ts'

test('a profile reads well', ({ expect }) => {
  const { text, values } = seatbeltProfile(request())
  const paths = [...values].map(([name, value]) => `${name} = ${value}`).join('\n')
  expect(`${text}\n${paths}`).toMatchSnapshot()
})

test('the words are those of the program, the profile, its values and the command', ({ expect }) => {
  const words = seatbeltWords(request())
  expect(words.slice(0, 2)).toEqual(['/usr/bin/sandbox-exec', '-p'])
  expect(words.slice(3, 7)).toEqual(['-D', 'P0=/', '-D', 'P1=/Users'])
  expect(words.slice(words.indexOf('--'))).toEqual(['--', 'agent', '-p', 'a b'])
})

test.for([
  ['/usr/bin/git', true, false],
  ['/opt/real/x', true, false],
  ['/Users/ada/ws/src/a', true, true],
  ['/Users/ada/ws/src/fixed/x', true, false],
  ['/Users/ada/.ssh/id', false, false],
  ['/Users/ada/state/runs/one/tmp/x', true, true],
  ['/Users/ada/state/marrow.sock', false, false],
  ['/dev/null', true, true],
  ['/dev/urandom', true, true],
  ['/dev/fd/2', true, true],
  ['/dev/rdisk0', false, false],
  ['/dev/ttys003', false, false],
] as const)('%s: read %s, written %s', ([path, readable, writable], { expect }) => {
  const { allows } = read()
  expect([allows('file-read-data', path), allows('file-write-data', path)]).toEqual([readable, writable])
})

describe('the way to what can be seen', () => {
  const { allows } = read()

  test.for([['/Users'], ['/Users/ada'], ['/Users/ada/state/runs'], ['/Users/ada/link']])(
    '%s exists, but its names are not told',
    ([path = ''], { expect }) => {
      expect([allows('file-read-metadata', path), allows('file-read-data', path)]).toEqual([true, false])
    },
  )

  test.for([['/Users/eve'], ['/Users/ada/.ssh'], ['/Users/ada/.ssh/id']])(
    '%s is not even known to exist',
    ([path = ''], { expect }) => {
      expect([allows('file-read-metadata', path), allows('file-test-existence', path)]).toEqual([
        false,
        false,
      ])
    },
  )
})

describe('what may not be written', () => {
  const { allows } = read()

  test.for([['/Users/ada/ws'], ['/Users/ada/ws/src'], ['/Users/ada/ws/src/fixed'], ['/Users/ada/.tool']])(
    'cannot be moved away: %s',
    ([path = ''], { expect }) => {
      expect(allows('file-write-unlink', path)).toBe(false)
    },
  )

  test('gets no second name that could be', ({ expect }) => {
    expect(allows('file-link', '/usr/bin/git')).toBe(false)
    expect(allows('file-link', '/Users/ada/ws/src/fixed/x')).toBe(false)
    expect(allows('file-link', '/Users/ada/ws/src/a')).toBe(true)
  })

  test('is not copied out of a folder that is copied as a whole', ({ expect }) => {
    expect(allows('file-clone', '/Users/ada/ws')).toBe(true)
    const hiding = read({ policy: policyOf([...wishes, wish('/Users/ada/ws/src/fixed', 'hidden')]) })
    expect(hiding.allows('file-clone', '/Users/ada/ws')).toBe(false)
  })

  test('is not made to run as another user', ({ expect }) => {
    expect(allows('file-write-setugid', '/Users/ada/ws/src/a')).toBe(false)
    expect(allows('file-write-mode', '/Users/ada/ws/src/a')).toBe(true)
  })
})

describe('sockets', () => {
  test.for([
    ["the agents' door", '/Users/ada/state/door/agent.sock', true],
    ["the operator's door", '/Users/ada/state/marrow.sock', false],
    ['one that it may have made itself', '/Users/ada/ws/dev.sock', true],
    ['one in a folder that is only read', '/Users/ada/ws/src/fixed/x.sock', false],
    ['docker', '/private/var/run/docker.sock', false],
    ['the names of hosts', '/private/var/run/mDNSResponder', true],
  ] as const)('%s', ([, path, reached], { expect }) => {
    expect(read().allows('network-outbound', path, true)).toBe(reached)
  })

  test('without the network only those of files are left', ({ expect }) => {
    const { allows } = read({ policy: policyOf(wishes, false) })
    expect(allows('network-outbound', 'example.org:443')).toBe(false)
    expect(allows('network-outbound', '/private/var/run/mDNSResponder', true)).toBe(false)
    expect(allows('network-outbound', '/Users/ada/state/door/agent.sock', true)).toBe(true)
    expect(allows('network-bind', '/Users/ada/ws/dev.sock', true)).toBe(true)
  })

  test('with it the network is open', ({ expect }) => {
    expect(read().allows('network-outbound', 'example.org:443')).toBe(true)
  })
})

test.for([
  ['job-creation'],
  ['lsopen'],
  ['appleevent-send'],
  ['user-preference-write'],
  ['mach-priv-task-port'],
  ['mach-lookup'],
  ['mach-register'],
  ['process-info-pidinfo'],
  ['signal'],
  ['sysctl-write'],
])('nobody else is made to act: %s is denied', ([operation = ''], { expect }) => {
  expect(read().allows(operation, '')).toBe(false)
})

describe('the login of an agent CLI', () => {
  const logins = ['/Users/ada/.tool/auth.json']
  const obeyed = ['/Users/ada/.tool/hooks', '/Users/ada/.tool/settings.json', '/Users/ada/.elsewhere/hooks']

  test.for([
    ['the file', '/Users/ada/.tool/auth.json', true],
    ['what replaces it', '/Users/ada/.tool/.auth-x1y2', true],
    ['its lock', '/Users/ada/.tool/auth.json.lock', true],
    ['another file', '/Users/ada/.tool/author', false],
    ['a file below', '/Users/ada/.tool/auth.d/x', false],
  ] as const)('is written where it lies: %s', ([, path, writable], { expect }) => {
    const closed = policyOf(wishes.filter(({ path: wished }) => wished !== '/Users/ada/.tool'))
    expect(read({ logins, policy: closed }).allows('file-write-create', path)).toBe(writable)
  })

  test('stays shut where the name of the file could mean something to the profile', ({ expect }) => {
    const { text } = seatbeltProfile(request({ logins: ['/Users/ada/.tool/[.]*', '/Users/ada/.tool/ä'] }))
    expect(text).not.toContain('regex-quote')
  })

  test('opens nothing that the CLI obeys, whether it is there or not', ({ expect }) => {
    const { allows } = read({ logins, obeyed })
    for (const path of [
      '/Users/ada/.tool/hooks',
      '/Users/ada/.tool/hooks/x',
      '/Users/ada/.tool/settings.json',
    ])
      expect(allows('file-write-create', path), path).toBe(false)
    expect(allows('file-read-data', '/Users/ada/.elsewhere/hooks')).toBe(false)
    expect(allows('file-write-create', '/Users/ada/.tool/sessions/x')).toBe(true)
  })

  test('reaches the Keychain only if it lies there', ({ expect }) => {
    const keychain = ['/Users/ada/Library/Keychains']
    expect(seatbeltProfile(request({ logins })).text).not.toContain('com.apple.SecurityServer')
    expect(seatbeltProfile(request({ logins: keychain })).text).toContain('com.apple.SecurityServer')
    const { allows } = read({ logins: keychain })
    expect(allows('file-write-create', `${keychain[0]}/login.keychain-db.sb-1`)).toBe(true)
    expect(allows('file-write-create', `${keychain[0]}-old`)).toBe(false)
  })
})

test('what is added to the rules takes its place among them', ({ expect }) => {
  const { allows } = read({ temporary: '/Users/ada/ws', obeyed: ['/Users/ada/.tool'] })
  expect(allows('file-write-create', '/Users/ada/ws/src/fixed/x')).toBe(false)
  // What the operator's table says of the very same path.
  expect(allows('file-write-create', '/Users/ada/.tool/x')).toBe(true)
})

test('what cannot be brought about is said, a phrase each', ({ expect }) => {
  const kept = wish('/Users/ada/.tool', 'read-write', { from: '/opt/real' })
  const phrases = notInForce({
    policy: policyOf([...wishes, kept]),
    logins: ['/Users/ada/Library/Keychains'],
  })
  expect(phrases).toContain("/Users/ada/.tool is the operator's own and not the agent's")
  expect(phrases.join('\n')).toContain('Keychain')
  expect(notInForce({ policy: policyOf(wishes), logins: [] })).toHaveLength(5)
  for (const phrase of phrases) expect(phrase).not.toMatch(/\.$|^[A-Z]/)
})

test('a whole policy of an agent becomes a profile without a word that nobody knows', ({ expect }) => {
  const policy = policyIn({ request: { cli: { ...noCliFolders, kept: ['/home/ada/.claude/projects'] } } })
  const { allows } = read({ policy })
  expect(allows('file-write-data', '/ws/scout/file')).toBe(true)
  expect(allows('file-read-data', '/home/ada/.ssh/id')).toBe(false)
})
