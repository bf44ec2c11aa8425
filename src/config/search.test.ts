import { test } from 'vitest'
import { choose, describeMissing, placesOf } from './search.ts'

const search = { flag: undefined, env: {}, cwd: '/home/ada/work/deep', home: '/home/ada' }

test('without a name the current folder comes first, then its parents, the user, the system', ({
  expect,
}) => {
  expect(placesOf(search)).toEqual({
    kind: 'searched',
    upward: [
      '/home/ada/work/deep/marrow.toml',
      '/home/ada/work/marrow.toml',
      '/home/ada/marrow.toml',
      '/home/marrow.toml',
      '/marrow.toml',
    ],
    fixed: ['/home/ada/.config/marrow/marrow.toml', '/etc/marrow/marrow.toml'],
  })
})

test.for([
  ['/conf', '/conf/marrow/marrow.toml'],
  ['', '/home/ada/.config/marrow/marrow.toml'],
  ['conf', '/home/ada/.config/marrow/marrow.toml'],
] as const)('with XDG_CONFIG_HOME=%s the file of the user is %s', ([folder, path], { expect }) => {
  expect(placesOf({ ...search, env: { XDG_CONFIG_HOME: folder } })).toMatchObject({
    fixed: [path, '/etc/marrow/marrow.toml'],
  })
})

test.for([
  ['a.toml', { MARROW_CONFIG: '/b.toml' }, { path: '/home/ada/work/deep/a.toml', by: '--config' }],
  ['/a.toml', {}, { path: '/a.toml', by: '--config' }],
  [undefined, { MARROW_CONFIG: '/b.toml' }, { path: '/b.toml', by: '$MARROW_CONFIG' }],
  [undefined, { MARROW_CONFIG: '../b.toml' }, { path: '/home/ada/work/b.toml', by: '$MARROW_CONFIG' }],
] as const)('with -c %s and the variables %j only %j counts', ([flag, env, expected], { expect }) => {
  expect(placesOf({ ...search, flag, env })).toEqual({ kind: 'named', ...expected })
})

test('an empty $MARROW_CONFIG is none', ({ expect }) => {
  expect(placesOf({ ...search, env: { MARROW_CONFIG: '' } })).toMatchObject({ kind: 'searched' })
})

const up = (path: string, ...writable: string[]) => ({ path, upward: true, writable })
const fixed = (path: string, ...writable: string[]) => ({ path, upward: false, writable })
const realPath = (path: string) => path.replace('/link', '/ws')

test.for([
  ['the only file', [up('/a/marrow.toml', '/ws')], '/a/marrow.toml', 0],
  ['no file', [], undefined, 0],
  ['a file in a workspace of its own', [up('/ws/marrow.toml', '/ws')], undefined, 1],
  ['a file below a workspace of its own', [up('/ws/deep/marrow.toml', '/ws')], undefined, 1],
  ['a file beside a workspace of a like name', [up('/ws-2/marrow.toml', '/ws')], '/ws-2/marrow.toml', 0],
  ['a file around its workspace', [up('/a/marrow.toml', '/a/ws')], '/a/marrow.toml', 0],
  [
    'a planted file in a workspace of the real configuration',
    [up('/ws/x/marrow.toml', '/elsewhere'), up('/marrow.toml', '/ws')],
    '/marrow.toml',
    1,
  ],
  [
    'a planted file, where the real one is that of the user',
    [up('/ws/marrow.toml'), fixed('/h/.config/marrow/marrow.toml', '/v', '/ws')],
    '/h/.config/marrow/marrow.toml',
    1,
  ],
  [
    'two planted files on the way to that of the system',
    [up('/ws/a/marrow.toml', '/'), up('/ws/marrow.toml'), fixed('/etc/marrow/marrow.toml', '/ws')],
    '/etc/marrow/marrow.toml',
    2,
  ],
  [
    'a file that a nearer one calls its workspace',
    [up('/a/b/marrow.toml', '/a'), up('/a/marrow.toml', '/ws')],
    '/a/marrow.toml',
    1,
  ],
  ['a file behind a link into its workspace', [up('/link/marrow.toml', '/ws')], undefined, 1],
  ['a workspace that is named by a link', [up('/ws/marrow.toml', '/link')], undefined, 1],
  [
    'the file of the user whose home is the workspace',
    [fixed('/h/.config/marrow/marrow.toml', '/h')],
    '/h/.config/marrow/marrow.toml',
    0,
  ],
] as const)('%s: %j', ([, candidates, path, count], { expect }) => {
  const chosen = choose(candidates, realPath)
  expect({ path: chosen.path, count: chosen.passedOver.length }).toEqual({ path, count })
})

test('a file that is passed over is told why', ({ expect }) => {
  const { passedOver } = choose([up('/ws/marrow.toml'), fixed('/etc/marrow/marrow.toml', '/ws')], realPath)
  expect(passedOver).toEqual([
    {
      path: '/ws/marrow.toml',
      reason:
        'it lies in the workspace or work_dir /ws, which /etc/marrow/marrow.toml declares; agents write there.',
    },
  ])
})

test('when nothing is found, every place is named, what was passed over, and the way out', ({ expect }) => {
  const { message, fix } = describeMissing(placesOf(search), [
    { path: '/ws/marrow.toml', reason: 'because.' },
  ])
  expect(message.split('\n')).toEqual([
    'Cannot find marrow.toml: it is in none of these places.',
    '  /home/ada/work/deep/marrow.toml, and the same name in every parent folder',
    '  /home/ada/.config/marrow/marrow.toml',
    '  /etc/marrow/marrow.toml',
    '  /ws/marrow.toml was passed over: because.',
  ])
  expect(fix).toContain('marrow init')
})

test('a named file that is missing is named with what named it', ({ expect }) => {
  const { message } = describeMissing(placesOf({ ...search, env: { MARROW_CONFIG: '/b.toml' } }), [])
  expect(message).toBe('Cannot find the configuration: /b.toml, named by $MARROW_CONFIG, does not exist.')
})
