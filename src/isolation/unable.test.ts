import { test } from 'vitest'
import { inabilityOf, notStarted } from './unable.ts'

test.for<[string, string, RegExp, RegExp]>([
  [
    'Ubuntu 24.04',
    'bwrap: setting up uid map: Permission denied\n',
    /^AppArmor keeps bubblewrap from using user namespaces/,
    /\/etc\/apparmor\.d\/bwrap/,
  ],
  [
    'Ubuntu 24.04, without a network',
    'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted\n',
    /^AppArmor/,
    /apparmor_parser/,
  ],
  ['0.6.1', 'bwrap: Unknown option --disable-userns\n', /older than 0\.8\.0/, /Install bubblewrap 0\.8\.0/],
  [
    'hardened Debian',
    "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.\n",
    /^unprivileged user namespaces are not allowed/,
    /kernel\.unprivileged_userns_clone=1/,
  ],
  [
    'docker',
    'bwrap: Creating new namespace failed: Operation not permitted\n',
    /^unprivileged user namespaces are not allowed/,
    /seccomp=unconfined/,
  ],
  [
    'none left',
    'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)\n',
    /no user namespaces left/,
    /max_user_namespaces/,
  ],
  [
    'masked /proc',
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted\n",
    /\/proc of its own cannot be mounted/,
    /systempaths=unconfined/,
  ],
  [
    'capabilities',
    'bwrap: Unexpected capabilities but not setuid, old file caps config?\n',
    /rights that it does not expect/,
    /setcap -r/,
  ],
  [
    'the program',
    'bwrap: execvp /opt/marrow: No such file or directory\n',
    /cannot be seen behind the wall/,
    /show AGENT/,
  ],
  [
    'a path',
    "bwrap: Can't find source path /mnt/team: Permission denied\n",
    /cannot let a path through: bwrap: Can't find source path \/mnt\/team/,
    /Look at the path/,
  ],
  [
    'anything else',
    'Killed\n',
    /^a harmless command ended with code 137 behind the wall: Killed$/,
    /by hand/,
  ],
  ['silence', '', /^a harmless command ended with code 137 behind the wall$/, /by hand/],
])('%s is told as such, with its remedy', ([, stderr, reason, fix], { expect }) => {
  const found = inabilityOf(stderr, 137)
  expect(found.reason).toMatch(reason)
  expect(found.fix).toMatch(fix)
})

test('what bubblewrap said is told, but not without end', ({ expect }) => {
  expect(inabilityOf(`bwrap: ${'x'.repeat(10_000)}`, 1).reason.length).toBeLessThan(500)
})

test.for([
  [
    1,
    'bwrap: execvp claude: No such file or directory\n',
    'not found behind the wall: claude (marrow isolation show lists what is seen there)',
  ],
  [
    127,
    'prlimit: failed to execute claude: No such file or directory\n',
    'not found behind the wall: claude (marrow isolation show lists what is seen there)',
  ],
  [
    1,
    "bwrap: Can't find source path /x: Permission denied\n",
    "the wall could not be put up: Can't find source path /x: Permission denied",
  ],
  [1, 'error: no model\n', undefined],
  [0, 'bwrap: execvp claude: No such file or directory\n', undefined],
  [3, 'bwrap: whatever\n', undefined],
] as const)('code %i and %j say of a run: %s', ([code, stderr, expected], { expect }) => {
  expect(notStarted(stderr, code)).toBe(expected)
})
