import { split } from 'shlex'
import { test } from 'vitest'
import { isInside } from '../config/paths.ts'
import { parseConfig } from '../config/parse.ts'
import { demoConfig, demoPlaces, demoSocket, nextCommands, planDemo } from './demo.ts'

const places = demoPlaces(`/tmp/marrow-demo-it's`)

const parse = () =>
  parseConfig(demoConfig(places, '/core'), {
    path: places.config,
    home: '/home/me',
    env: {},
    programRoot: '/core',
    realPath: (path) => path,
    exists: () => true,
  })

test('the configuration of the demo is valid and gives no warning', ({ expect }) => {
  expect(parse()).toMatchObject({ problems: [], warnings: [] })
})

test('everything of the demo lies in its folder, and the core is the program that shows it', ({ expect }) => {
  const { config } = parse()
  const paths = [
    config?.stateDir,
    config?.ipc.socketPath,
    config?.ipc.taskDir,
    ...(config?.agents ?? []).map(({ workspace }) => workspace),
  ]
  for (const path of [...paths, ...planDemo(places, '/core').map((step) => step.path)]) {
    expect(isInside(path ?? '/', places.folder)).toBe(true)
  }
  expect(config?.ipc.socketPath).toBe(demoSocket(places.folder))
  expect(config?.coreDir).toBe('/core')
})

test('one agent works the queue, and the one that is to be quiet shares its workspace with nobody', ({
  expect,
}) => {
  const agents = parse().config?.agents ?? []
  expect(agents.filter(({ wakeOn }) => wakeOn.includes('tasks')).map(({ name }) => name)).toEqual([
    'conductor',
  ])
  expect(
    agents.filter(({ workspace }) => workspace === places.quietWorkspace).map(({ name }) => name),
  ).toEqual(['refit'])
  expect(agents.every(({ gate }) => gate === 'changed')).toBe(true)
})

test('every command that is shown survives a shell, whatever the folder is called', ({ expect }) => {
  const commands = nextCommands(places, `/opt/it's here`).map(({ command }) => split(command))
  expect(commands.filter((words) => words[0] === `/opt/it's here/bin/marrow`).length).toBeGreaterThan(3)
  expect(commands.filter((words) => words.includes(places.config)).length).toBeGreaterThan(3)
})
