import { test } from 'vitest'
import { wrapCommand } from './wrap.ts'

const command = { words: ['a', 'b c'], cwd: '/w', env: { A: '1' } }

test('without a wall a command is started as it is', ({ expect }) => {
  expect(wrapCommand(command, { wall: undefined, outside: [], inside: [] })).toEqual(command)
})

test('what limits it stands inside of the wall, what joins a cgroup or takes a user outside', ({
  expect,
}) => {
  const wall = {
    by: { kind: 'bubblewrap', program: '/usr/bin/bwrap' },
    policy: { rules: [], network: true, refused: [] },
    infoFd: 9,
    terminal: false,
    asItLies: { temporary: '/run/t', logins: [], obeyed: [], sockets: [] },
  } as const
  const { words, cwd, env } = wrapCommand(command, { wall, outside: ['enter', '--'], inside: ['prlimit'] })
  expect(words.slice(0, 3)).toEqual(['enter', '--', '/usr/bin/bwrap'])
  expect(words.slice(words.lastIndexOf('--'))).toEqual(['--', 'prlimit', 'a', 'b c'])
  expect({ cwd, env }).toEqual({ cwd: '/w', env: { A: '1' } })
  expect(words.join(' ')).not.toContain('A=1')
})

test('where nothing can be shown at another place, its temporary files have a folder of their own', ({
  expect,
}) => {
  const wall = {
    by: { kind: 'seatbelt', program: '/usr/bin/sandbox-exec' },
    policy: { rules: [], network: true, refused: [] },
    infoFd: undefined,
    terminal: false,
    asItLies: { temporary: '/run/t', logins: [], obeyed: [], sockets: [] },
  } as const
  const { words, env } = wrapCommand(command, { wall, outside: [], inside: [] })
  expect(words[0]).toBe('/usr/bin/sandbox-exec')
  expect(words.slice(-2)).toEqual(['a', 'b c'])
  expect(env).toEqual({ A: '1', TMPDIR: '/run/t' })
})

test('what leads the loader to code is for the command alone, and not for what puts up its wall', ({
  expect,
}) => {
  const env = { A: '1', LD_LIBRARY_PATH: '/ws/lib' }
  const wrapped = wrapCommand(
    { ...command, env },
    { wall: undefined, outside: ['setpriv', '--'], inside: [] },
  )
  expect(wrapped.env).toEqual({ A: '1' })
  expect(wrapped.words).toEqual(['setpriv', '--', '/usr/bin/env', 'LD_LIBRARY_PATH=/ws/lib', 'a', 'b c'])
})
