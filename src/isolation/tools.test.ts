import { test } from 'vitest'
import { fakeDisk, file, type FakeEntry } from '../../test/helpers/fake-disk.ts'
import { toolPlaces } from './tools.ts'

const home = '/home/ada'

interface Case {
  readonly path?: string
  readonly words?: readonly string[]
  readonly disk: Readonly<Record<string, FakeEntry>>
  readonly writable?: readonly string[]
}

function placesOf({ path = '', words = ['agent'], disk, writable = [] }: Case): string[] {
  return toolPlaces({ home, path, words, writable }, fakeDisk({ [`${home}/.ssh/id`]: file, ...disk }))
}

test.for([
  ['nvm', '.nvm/versions/node/v24/bin', ['.nvm']],
  ['pyenv', '.pyenv/shims', ['.pyenv']],
  ['volta', '.volta/bin', ['.volta']],
  ['cargo, whose programs lie in another folder', '.cargo/bin', ['.cargo', '.rustup']],
  ['mise', '.local/share/mise/shims', ['.local/share/mise']],
  ['pnpm', '.local/share/pnpm', ['.local/share/pnpm']],
  ['pip and pipx', '.local/bin', ['.local/bin', '.local/lib', '.local/share/pipx']],
  ['yarn', '.config/yarn/global/node_modules/.bin', ['.config/yarn/global/node_modules']],
  ['a folder of settings', '.config/tool/bin', ['.config/tool/bin']],
  ['a folder of logins', '.docker/bin', ['.docker/bin']],
  ["the operator's settings of a CLI", '.claude/local', ['.claude/local']],
  ['the login of a CLI', '.local/share/opencode/bin', ['.local/share/opencode/bin']],
  ['a project', 'projects/site/bin', ['projects/site/bin']],
  ['a Python environment', 'envs/site/bin', ['envs/site']],
] as const)('a folder of PATH in the home shows what belongs to it: %s', ([, entry, shown], { expect }) => {
  const disk = Object.fromEntries(
    [entry, '.rustup', '.local/lib', '.local/share/pipx', 'projects/other'].map((path) => [
      `${home}/${path}`,
      'folder' as const,
    ]),
  )
  const places = placesOf({
    path: `${home}/${entry}`,
    disk: { ...disk, [`${home}/envs/site/pyvenv.cfg`]: file },
  })
  expect(places).toEqual(shown.map((path) => `${home}/${path}`))
})

test.for([['/'], ['/home'], [home], ['/tmp'], ['/usr'], ['/mnt'], ['bin'], ['']])(
  'a PATH never shows a home or the files of others as a whole: %j',
  ([path = ''], { expect }) => {
    expect(
      placesOf({ path, disk: { '/tmp/x': file, '/usr/bin/x': file, '/mnt/c/Users': 'folder' } }),
    ).toEqual([])
  },
)

test('a PATH does not show the home by its other name', ({ expect }) => {
  const disk = { [home]: { link: '/data/ada' }, '/data/ada/notes.txt': file }
  const facts = fakeDisk(disk)
  expect(toolPlaces({ home, path: '/data/ada:/data', words: [], writable: [] }, facts)).toEqual([])
})

test("the homes of others show no more of them than one's own", ({ expect }) => {
  const disk = {
    '/home/linuxbrew/.linuxbrew/bin/agent': file,
    '/home/eve/.ssh/id': file,
    '/home/eve/bin/x': file,
  }
  expect(placesOf({ path: '/home/linuxbrew/.linuxbrew/bin:/home/eve/bin', disk })).toEqual([
    '/home/linuxbrew/.linuxbrew',
    '/home/eve/bin',
  ])
})

test('the program is shown where it stands and where it really lies, with the packages around it', ({
  expect,
}) => {
  const disk = {
    [`${home}/.local/bin/claude`]: { link: '../share/claude/versions/2.1' },
    [`${home}/.local/share/claude/versions/2.1`]: file,
    [`${home}/site/node_modules/agent/cli.js`]: file,
    [`${home}/bin/agent`]: { link: '../site/node_modules/agent/cli.js' },
  }
  expect(placesOf({ path: `${home}/.local/bin`, words: ['claude'], disk })).toContain(
    `${home}/.local/share/claude`,
  )
  const places = placesOf({ words: [`${home}/bin/agent`], disk })
  expect(places).toContain(`${home}/site/node_modules`)
  expect(places).toContain(`${home}/bin`)
})

test('a program right in the home is shown without the home', ({ expect }) => {
  const places = placesOf({ words: [`${home}/agent.sh`], disk: { [`${home}/agent.sh`]: file } })
  expect(places).toEqual([`${home}/agent.sh`])
})

test('a program that a run may have put in its place shows nothing of where it leads', ({ expect }) => {
  const disk = { '/ws/bin/agent': { link: `${home}/.ssh/id` } }
  expect(placesOf({ words: ['/ws/bin/agent'], disk, writable: ['/ws'] })).toEqual([])
})

test('a program named from the work_dir is looked up nowhere', ({ expect }) => {
  expect(placesOf({ words: ['./agent.sh'], disk: {} })).toEqual([])
})

test('a home with a space and letters of any language is a home', ({ expect }) => {
  const odd = '/home/Ada Lövelace'
  const facts = fakeDisk({ [`${odd}/.nvm/bin/node`]: file })
  const places = toolPlaces({ home: odd, path: `${odd}/.nvm/bin`, words: ['node'], writable: [] }, facts)
  expect(places).toEqual([`${odd}/.nvm`])
})
