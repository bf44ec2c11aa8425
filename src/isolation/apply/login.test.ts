import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { describe } from 'vitest'
import { login, read, test } from '../../../test/helpers/login-world.ts'
import { openLogin, unusedLogins } from './login.ts'

const root = process.getuid?.() === 0

describe('a login is carried', () => {
  test('to runs at first, into a folder that nobody else can open', ({ world, expect }) => {
    expect(world.carryAnew()).toBe('to runs')
    expect(read(world.shared)).toBe(login(0))
    expect(statSync(world.shared).mode & 0o777).toBe(0o600)
    expect(statSync(world.place.folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(world.place.folder, '..')).mode & 0o777).toBe(0o711)
    expect(statSync(world.place.record).mode & 0o777).toBe(0o600)
    expect(read(world.place.record)).not.toMatch(/\b[ar]0\b/)
  })

  test.for<[string, (path: string, text: string) => void]>([
    ['by renaming', renameInto],
    ['in place', (path, text) => writeFileSync(path, text)],
  ])('in both directions when it is written %s', ([, write], { world, expect }) => {
    const shared = openLogin(world.place, undefined)
    shared.carry(Date.now())
    write(world.shared, login(1))
    expect(shared.carry(Date.now()).did).toBe('to the operator')
    expect(read(world.own)).toBe(login(1))
    expect(statSync(world.own).mode & 0o777).toBe(0o640)
    write(world.own, login(2))
    expect(shared.carry(Date.now()).did).toBe('to runs')
    expect(read(world.shared)).toBe(login(2))
    expect([shared.carry(Date.now()).did, shared.carry(Date.now()).did]).toEqual(['nothing', 'nothing'])
    expect(readdirSync(world.place.folder)).toEqual(['auth.json'])
    expect(readdirSync(join(world.own, '..'))).toEqual(['auth.json'])
  })

  test.skipIf(!root)("and stays the operator's, and the run's", ({ world, expect }) => {
    chownSync(world.own, 65_534, 65_533)
    const shared = openLogin(world.place, { uid: 65_532, gid: 65_531 })
    shared.carry(Date.now())
    expect(statSync(world.shared)).toMatchObject({ uid: 65_532, gid: 65_531 })
    expect(statSync(world.place.folder)).toMatchObject({ uid: 65_532, gid: 65_531 })
    renameInto(world.shared, login(1))
    shared.carry(Date.now())
    expect(statSync(world.own)).toMatchObject({ uid: 65_534, gid: 65_533 })
    expect(read(world.own)).toBe(login(1))
  })

  test('to where the operator keeps it behind a link of his own', ({ world, expect }) => {
    const real = join(world.own, '../../dotfiles.json')
    renameSync(world.own, real)
    symlinkSync('../dotfiles.json', world.own)
    world.carryAnew()
    renameInto(world.shared, login(1))
    expect(world.carryAnew()).toBe('to the operator')
    expect(readlinkSync(world.own)).toBe('../dotfiles.json')
    expect(read(realpathSync(world.own))).toBe(login(1))
  })

  test('also when it was refreshed while no daemon ran', ({ world, expect }) => {
    world.carryAnew()
    renameInto(world.shared, login(1))
    expect(world.carryAnew()).toBe('to the operator')
    expect(read(world.own)).toBe(login(1))
    expect(world.carryAnew()).toBe('nothing')
  })

  test("as the operator's, when nobody remembers and the two differ", ({ world, expect }) => {
    world.carryAnew()
    renameInto(world.shared, login(1))
    writeFileSync(world.place.record, '{"half')
    expect(world.carryAnew()).toBe('to runs')
    expect(read(world.shared)).toBe(login(0))
  })

  test('into a folder that somebody removed meanwhile', ({ world, expect }) => {
    const shared = openLogin(world.place, undefined)
    shared.carry(Date.now())
    rmSync(world.place.folder, { recursive: true })
    const reports = [shared.carry(Date.now()), shared.carry(Date.now())]
    expect(reports.map(({ did }) => did)).toEqual(['wait', 'to runs'])
    expect(reports[0]?.problem).toMatch(/^the login in .*claude-00000000 cannot be carried: ENOENT/)
    expect(read(world.shared)).toBe(login(0))
  })
})

describe('logging out', () => {
  test('takes the login from the runs', ({ world, expect }) => {
    world.carryAnew()
    rmSync(world.own)
    expect(openLogin(world.place, undefined).carry(Date.now()).did).toBe('wait')
    expect(world.carryAnew()).toBe('to runs')
    expect(existsSync(world.shared)).toBe(false)
    expect(world.carryAnew()).toBe('nothing')
  })

  test('by a run is mended', ({ world, expect }) => {
    world.carryAnew()
    rmSync(world.shared)
    expect(world.carryAnew()).toBe('to runs')
    expect([read(world.own), read(world.shared)]).toEqual([login(0), login(0)])
  })

  test('in as somebody by a run changes nothing for the operator', ({ world, expect }) => {
    rmSync(world.own)
    world.carryAnew()
    writeFileSync(world.shared, login(9))
    expect(world.carryAnew()).toBe('to runs')
    expect([existsSync(world.own), existsSync(world.shared)]).toEqual([false, false])
  })
})

test('the login of an agent that is no more is used by nobody, and no other', ({ world, expect }) => {
  world.carryAnew()
  const stateDir = join(world.place.folder, '../..')
  expect(unusedLogins(stateDir, [world.place.folder])).toEqual([])
  expect(unusedLogins(stateDir, [`${world.place.folder}-other`])).toEqual(
    [world.place.folder, world.place.record].map((path) => join(stateDir, 'logins', basename(path))),
  )
  expect(unusedLogins(join(stateDir, 'nowhere'), [])).toEqual([])
})

test("an operator's file that cannot be read is a problem that is said", ({ world, expect }) => {
  world.carryAnew()
  rmSync(world.own)
  mkdirSync(world.own)
  expect(openLogin(world.place, undefined).carry(Date.now())).toEqual({
    did: 'wait',
    problem: `the login ${world.own} cannot be read: it is no file`,
  })
  expect(read(world.shared)).toBe(login(0))
})

test('what a daemon left half written that was killed is removed by the next one', ({ world, expect }) => {
  world.carryAnew()
  const folders = [world.own, world.shared].map((path) => join(path, '..'))
  for (const folder of folders) {
    writeFileSync(join(folder, '.marrow-auth.json.half'), login(1))
    writeFileSync(join(folder, '.marrow-other.json.half'), '')
    mkdirSync(join(folder, '.marrow-auth.json.folder'))
  }
  world.carryAnew()
  for (const folder of folders)
    expect(readdirSync(folder).toSorted()).toEqual([
      '.marrow-auth.json.folder',
      '.marrow-other.json.half',
      'auth.json',
    ])
})

/** Refreshes the login of runs and carries it, over and over, telling of each round. */
const restless = `
  import { renameSync, writeFileSync } from 'node:fs'
  import { openLogin } from '${join(import.meta.dirname, 'login.ts')}'
  const place = JSON.parse(process.argv[1])
  const [{ shared }] = place.files
  const login = openLogin(place, undefined)
  login.carry(Date.now())
  for (let count = Number(process.argv[2]); ; count++) {
    const more = count % 2 === 0 ? {} : { planted: true }
    writeFileSync(shared + '.new', JSON.stringify({ provider: { type: 'oauth', access: 'a' + count, refresh: 'r' + count }, ...more }))
    renameSync(shared + '.new', shared)
    login.carry(Date.now())
    process.stdout.write(count + '\\n')
  }
`

test(
  'a daemon that is killed at any moment loses no refresh',
  { timeout: 60_000 },
  async ({ world, expect }) => {
    const told = { count: 0 }
    for (let round = 0; round < 6; round++) {
      const child = spawn(
        process.execPath,
        ['--input-type=module', '--eval', restless, JSON.stringify(world.place), String(told.count + 1)],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      const before = told.count
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        told.count = Number(text.trimEnd().split('\n').at(-1))
        if (told.count > before + 3 + round * 2) child.kill('SIGKILL')
      })
      await once(child, 'close')
      world.carryAnew()
      const { access } = JSON.parse(read(world.own)).provider
      expect(Number(access.slice(1))).toBeGreaterThanOrEqual(told.count)
      expect(JSON.parse(read(world.own))).toEqual(JSON.parse(read(world.shared)))
      expect(read(world.own)).not.toContain('planted')
      told.count = Number(access.slice(1))
    }
    for (const path of [world.own, world.shared])
      expect(readdirSync(join(path, '..')).filter((name) => name.startsWith('.'))).toEqual([])
  },
)

/** As a CLI does it that exchanges its login. */
function renameInto(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
