import * as fc from 'fast-check'
import { test } from 'vitest'
import { defaultStateDir, expandPath, isInside, socketOf, writableFolders } from './paths.ts'

const place = {
  home: '/home/ada',
  env: { DIR: '/srv/x', DEEP: '/a/../b/', REL: 'x', EMPTY: '', HOME: '/other' },
}

test.for([
  ['/srv/agents', '/srv/agents'],
  ['/srv/agents/', '/srv/agents'],
  ['/srv/./a/../agents', '/srv/agents'],
  ['/', '/'],
  ['~', '/home/ada'],
  ['~/', '/home/ada'],
  ['~/agents', '/home/ada/agents'],
  ['$DIR', '/srv/x'],
  ['$DIR/agents', '/srv/x/agents'],
  ['${DIR}agents', '/srv/xagents'],
  ['/a/$REL/${REL}', '/a/x/x'],
  ['~/$REL', '/home/ada/x'],
  ['$DEEP', '/b'],
  ['$HOME/a', '/other/a'],
  ['/a/~/b', '/a/~/b'],
  ['/cost/5$', '/cost/5$'],
  ['/cost/$5', '/cost/$5'],
  ['/a b/ü', '/a b/ü'],
] as const)('the path %s means %s', ([written, path], { expect }) => {
  expect(expandPath(written, place)).toEqual({ path })
})

test.for([
  ['agents', 'must be absolute: "agents".'],
  ['./agents', 'must be absolute: "./agents".'],
  ['', 'must be absolute: (empty).'],
  [' /srv', 'must be absolute: " /srv".'],
  ['~ada/agents', 'must be absolute: "~ada/agents".'],
  ['$REL/agents', 'must be absolute: "$REL/agents".'],
  ['$NOPE/agents', '$NOPE is not set: "$NOPE/agents".'],
  ['$EMPTY/agents', '$EMPTY is not set: "$EMPTY/agents".'],
  ['/a/${NOPE}/$NOPE/$EMPTY', '$NOPE, $EMPTY is not set: "/a/${NOPE}/$NOPE/$EMPTY".'],
  ['/a/${}', '$ is not set: "/a/${}".'],
  ['/a\0b', 'holds a zero byte.'],
] as const)('the path %j is refused: %s', ([written, reason], { expect }) => {
  expect(expandPath(written, place)).toEqual({ reason, fix: expect.any(String) })
})

test('a path is absolute once it is expanded, and expanding it again changes nothing', ({ expect }) => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('/', '~', '.', 'a', '{', '}', ' ', 'DIR', '$DIR') }),
      (text) => {
        const once = expandPath(text, place)
        if ('reason' in once) return
        expect(once.path).toMatch(/^\//)
        if (!once.path.includes('$')) expect(expandPath(once.path, place)).toEqual(once)
      },
    ),
  )
})

test.for([
  ['/a', '/a', true],
  ['/a/b', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/a/b', false],
  ['/a', '/', true],
  ['/', '/', true],
] as const)('whether %s is inside %s: %s', ([path, folder, inside], { expect }) => {
  expect(isInside(path, folder)).toBe(inside)
})

test.for([
  [{}, '/home/ada/.local/state/marrow'],
  [{ XDG_STATE_HOME: '/state' }, '/state/marrow'],
  [{ XDG_STATE_HOME: '' }, '/home/ada/.local/state/marrow'],
  [{ XDG_STATE_HOME: 'state' }, '/home/ada/.local/state/marrow'],
] as const)('the state is, with %j, in %s', ([env, path], { expect }) => {
  expect(defaultStateDir({ home: '/home/ada', env })).toBe(path)
})

test.for([
  [
    {},
    { stateDir: '/home/ada/.local/state/marrow', socketPath: '/home/ada/.local/state/marrow/marrow.sock' },
  ],
  [{ state_dir: '~/s' }, { stateDir: '/home/ada/s', socketPath: '/home/ada/s/marrow.sock' }],
  [
    { state_dir: '/s', ipc: { socket_path: '' } },
    { stateDir: '/s', socketPath: '/s/marrow.sock' },
  ],
  [
    { state_dir: '/s', ipc: { socket_path: '$DIR/k' } },
    { stateDir: '/s', socketPath: '/srv/x/k' },
  ],
  [{ state_dir: '' }, undefined],
  [{ state_dir: 3 }, undefined],
  [{ state_dir: '$NOPE' }, undefined],
  [{ ipc: { socket_path: 'k' } }, undefined],
  [{ ipc: { socket_path: false } }, undefined],
] as const)('the socket of %j is %j', ([table, socket], { expect }) => {
  expect(socketOf(table, place)).toEqual(socket)
})

test.for([
  [undefined, []],
  ['text', []],
  [{ agents: {} }, []],
  [{ agents: [null, 1, {}, { workspace: 'relative' }, { workspace: 3 }] }, []],
  [
    { agents: [{ workspace: '~/w' }, { workspace: '/v', work_dir: '$DIR/r' }] },
    ['/home/ada/w', '/v', '/srv/x/r'],
  ],
] as const)('agents of %j write in %j', ([table, folders], { expect }) => {
  expect(writableFolders(table, place)).toEqual(folders)
})
