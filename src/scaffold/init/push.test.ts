import { test } from 'vitest'
import { hostOf, pushKeys } from './push.ts'

test.for([
  ['https://git.example/me/site.git', 'git.example'],
  ['https://me@git.example:8443/site', 'git.example:8443'],
  ['ssh://git@git.example/me/site.git', 'git.example'],
  ['git@git.example:me/site.git', 'git.example'],
  ['/srv/git/site.git', undefined],
  ['../site', undefined],
] as const)('the server of %s is %s', ([remote, host], { expect }) => {
  expect(hostOf(remote)).toBe(host)
})

test('a token is passed by its name and answered to git by a helper: its value is written nowhere', ({
  expect,
}) => {
  expect(pushKeys({ by: 'token', variable: 'GITHUB_TOKEN' }, 'git@git.example:me/site.git')).toEqual({
    pass: ['GITHUB_TOKEN'],
    secrets: [],
    set: {
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'credential.https://git.example.helper',
      GIT_CONFIG_VALUE_0: '!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f',
      GIT_CONFIG_KEY_1: 'url.https://git.example/.insteadOf',
      GIT_CONFIG_VALUE_1: 'git@git.example:',
      GIT_CONFIG_KEY_2: 'url.https://git.example/.insteadOf',
      GIT_CONFIG_VALUE_2: 'ssh://git@git.example/',
    },
  })
})

test('a key is shown with the hosts that are known, and used without a question', ({ expect }) => {
  expect(pushKeys({ by: 'key', path: '/home/me/.ssh/my key' }, undefined)).toEqual({
    pass: [],
    secrets: ['/home/me/.ssh/my key', '/home/me/.ssh/known_hosts'],
    set: {
      GIT_SSH_COMMAND: `ssh -i '/home/me/.ssh/my key' -o IdentitiesOnly=yes -o UserKnownHostsFile=/home/me/.ssh/known_hosts -o BatchMode=yes`,
    },
  })
})

test('nothing is given to one that may not push', ({ expect }) => {
  expect(pushKeys({ by: 'nothing' }, 'https://git.example/site')).toEqual({ pass: [], set: {}, secrets: [] })
})
