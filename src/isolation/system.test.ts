import { test } from 'vitest'
import { fakeDisk, file, type FakeEntry } from '../../test/helpers/fake-disk.ts'
import { ruleOf, rulesFor } from './policy.ts'
import { systemWishes } from './system.ts'

function accessOn(disk: Readonly<Record<string, FakeEntry>>) {
  const facts = fakeDisk(disk)
  const rules = rulesFor(systemWishes(facts), facts)
  return (path: string) => ruleOf(path, rules)?.access
}

test.for([
  ['/usr/bin/git', 'read-only'],
  ['/etc/passwd', 'read-only'],
  ['/opt/tool/bin', 'read-only'],
  ['/tmp/.X11-unix/X0', 'hidden'],
  ['/var/tmp/x', 'hidden'],
  ['/run/docker.sock', 'hidden'],
  ['/run/user/1000/bus', 'hidden'],
  ['/home/eve/.ssh/id', 'hidden'],
  ['/root/.bashrc', 'hidden'],
  ['/mnt/c/Users/eve', 'hidden'],
  ['/etc/shadow', 'hidden'],
  ['/etc/ssh/ssh_host_ed25519_key', 'hidden'],
  ['/etc/ssh/ssh_config', 'read-only'],
  ['/var/lib/docker/x', 'hidden'],
  ['/var/snap/lxd/common/lxd/unix.socket', 'hidden'],
  ['/nix/var/nix/daemon-socket/socket', 'hidden'],
] as const)('of the machine %s is %s', ([path, access], { expect }) => {
  expect(accessOn({ [path]: file })(path)).toBe(access)
})

test.for([
  ['systemd-resolved', '/run/systemd/resolve/stub-resolv.conf'],
  ['WSL', '/mnt/wsl/resolv.conf'],
  ['macOS', '/private/var/run/resolv.conf'],
])(
  'names of hosts are found where the address of the name server lies in a hidden folder: %s',
  ([, real = ''], { expect }) => {
    const access = accessOn({ '/etc/resolv.conf': { link: real }, [real]: file, '/run/secret': file })
    expect(access(real)).toBe('read-only')
    expect(access('/run/secret')).toBe('hidden')
  },
)

test('what is hidden is hidden where a link leads to it', ({ expect }) => {
  const access = accessOn({
    '/home': { link: 'var/home' },
    '/var/home/eve/.ssh/id': file,
    '/root': { link: '/var/roothome' },
    '/var/roothome/.bashrc': file,
    '/tmp': { link: 'private/tmp' },
    '/private/tmp/x': file,
    '/var/mail': { link: 'spool/mail' },
    '/var/spool/mail/eve': file,
  })
  for (const path of [
    '/var/home/eve/.ssh/id',
    '/var/roothome/.bashrc',
    '/private/tmp/x',
    '/var/spool/mail/eve',
  ])
    expect(access(path), path).toBe('hidden')
})

test('a link to half of the machine hides nothing', ({ expect }) => {
  const access = accessOn({
    '/root': { link: '/' },
    '/var/opt': { link: '/opt' },
    '/opt/tool': file,
    '/usr/bin/git': file,
  })
  expect(access('/usr/bin/git')).toBe('read-only')
  expect(access('/opt/tool')).toBe('read-only')
})

test('NixOS stays usable although its programs are named by a link in a hidden folder', ({ expect }) => {
  const disk = {
    '/run/current-system': { link: '/nix/store/abc-system' },
    '/nix/store/abc-system/sw/bin/git': file,
  }
  expect(accessOn(disk)('/run/current-system')).toBe('read-only')
})
