import { test } from 'vitest'
import { configText, readText } from '../../test/helpers/config-text.ts'

// The machine of config-text.ts: state in /home/ada/.local/state/marrow, core in /usr/lib/marrow, file in /etc/marrow.
const mistakes: [string, object, string][] = [
  ['/etc/marrow/ws', {}, '/etc/marrow/ws is inside the folder of marrow.toml /etc/marrow.'],
  ['/usr/lib/marrow', {}, '/usr/lib/marrow is inside the core_dir /usr/lib/marrow.'],
  ['/usr/lib/marrow/x/../ws', {}, '/usr/lib/marrow/ws is inside the core_dir /usr/lib/marrow.'],
  ['/link/ws', {}, '/link/ws is inside the core_dir /usr/lib/marrow.'],
  [
    '~/.local/state/marrow',
    {},
    '/home/ada/.local/state/marrow is inside the state_dir /home/ada/.local/state/marrow.',
  ],
  ['/s/ws', { top: 'state_dir = "/s"' }, '/s/ws is inside the state_dir /s.'],
]

test.for(mistakes)('the workspace %s with %j is refused', ([workspace, rest, reason], { expect }) => {
  const text = configText({ ...rest, agent: `workspace = "${workspace}"` })
  expect(readText(text)).toMatchObject({ config: undefined, problems: [`agents[0].workspace: ${reason}`] })
})

const allowed: [string, object, string[]][] = [
  ['/etc/marrow-ws', {}, []],
  [
    '/etc/marrow',
    {},
    [': the folder of marrow.toml /etc/marrow is inside the workspace /etc/marrow: agents can change it.'],
  ],
  [
    '~',
    {},
    [
      'state_dir: the state_dir /home/ada/.local/state/marrow is inside the workspace /home/ada: agents can change it.',
    ],
  ],
  [
    '/',
    { top: 'state_dir = "/s"\ncore_dir = "/c"' },
    [
      'state_dir: the state_dir /s is inside the workspace /: agents can change it.',
      'core_dir: the core_dir /c is inside the workspace /: agents can change it.',
      ': the folder of marrow.toml /etc/marrow is inside the workspace /: agents can change it.',
    ],
  ],
  [
    '/srv/ws',
    { top: '[ipc]\nsocket_path = "/srv/ws/k"' },
    ['ipc.socket_path: the socket is inside the workspace /srv/ws: agents can replace it.'],
  ],
]

test.for(allowed)('the workspace %s with %j is allowed', ([workspace, rest, expected], { expect }) => {
  const { problems, warnings } = readText(configText({ ...rest, agent: `workspace = "${workspace}"` }))
  expect(problems).toEqual([])
  expect(warnings).toEqual(expected)
})

test.for([
  ['/usr/lib/marrow', ['agents[0].work_dir: /usr/lib/marrow is inside the core_dir /usr/lib/marrow.']],
  ['/etc', [': the folder of marrow.toml /etc/marrow is inside the work_dir /etc: agents can change it.']],
  ['/srv/ws/repo', []],
] as const)('the work_dir %s is allowed, with what there is to say', ([workDir, expected], { expect }) => {
  const { problems, warnings } = readText(configText({ agent: `work_dir = "${workDir}"` }))
  expect({ problems, warnings }).toEqual({ problems: [], warnings: expected })
})

test('agents that share a folder share its one warning or mistake', ({ expect }) => {
  const second = '[[agents]]\nname = "b"\nagent_command = "x"\nworkspace = "~"'
  expect(readText(configText({ agent: 'workspace = "~"', after: second })).warnings).toHaveLength(1)
  const inside = second.replace('"~"', '"/etc/marrow/ws"')
  const { problems } = readText(configText({ agent: 'workspace = "/etc/marrow/ws"', after: inside }))
  expect(problems).toHaveLength(1)
})
