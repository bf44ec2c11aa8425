import { split } from 'shlex'
import { test } from 'vitest'
import { isInside } from '../config/paths.ts'
import { parseConfig } from '../config/parse.ts'
import { nextSlot } from '../heartbeat/schedule.ts'
import { demoConfig, demoPlaces, demoSocket, isDemoConfig, nextCommands, planDemo } from './demo.ts'

const places = demoPlaces(`/tmp/marrow-demo-it's`)

const begunAt = Date.UTC(2026, 0, 5, 12, 0, 50)
const parse = (now = begunAt) =>
  parseConfig(demoConfig(places, '/core', now), {
    path: places.config,
    home: '/home/me',
    env: {},
    programRoot: '/core',
    realPath: (path) => path,
    exists: () => true,
    namesIn: () => [],
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
  for (const path of [...paths, ...planDemo(places, '/core', begunAt).map((step) => step.path)]) {
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

test('the quiet agent has a slot between 15 and 20 seconds after the start, over the minute too', ({
  expect,
}) => {
  for (let ms = 0; ms < 61_000; ms += 333) {
    const now = begunAt + ms
    const schedule = parse(now).config?.agents.find(({ name }) => name === 'refit')?.schedule
    const firstAt = now
    const slots = {
      schedule: schedule ?? { kind: 'interval', intervalMs: 0 },
      activeHours: undefined,
      firstAt,
      phaseMs: 0,
    } as const
    const waitMs = (nextSlot(slots, now) ?? 0) - now
    expect(waitMs).toBeGreaterThanOrEqual(15_000)
    expect(waitMs).toBeLessThanOrEqual(20_000)
  }
})

test.for([true, false])(
  'every command that is shown survives a shell, whatever the folder is called',
  (userBin, { expect }) => {
    const commands = nextCommands(places, `/opt/it's here`, userBin).map(({ command }) => split(command))
    expect(commands.filter((words) => words[0] === `/opt/it's here/bin/marrow`).length).toBeGreaterThan(3)
    expect(commands.filter((words) => words.includes(places.config)).length).toBeGreaterThan(3)
    expect(commands.at(-1)?.includes('export')).toBe(!userBin)
  },
)

test('a configuration of the demo is known again, in its own folder alone', ({ expect }) => {
  const written = demoConfig(places, '/core', begunAt)
  expect(isDemoConfig(written, places)).toBe(true)
  const others = [
    written.slice(1),
    written.slice(0, -200),
    written.replace(places.state, '/home/me/state'),
    written.replace(places.quietWorkspace, '/home/me'),
    `${written}[[agents]]\nworkspace = "/home/me"\n`,
  ]
  for (const text of others) expect(isDemoConfig(text, places)).toBe(false)
  expect(isDemoConfig(written, demoPlaces('/tmp/other'))).toBe(false)
})
