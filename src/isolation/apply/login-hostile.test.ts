import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe } from 'vitest'
import { LATER, login, read, test, type LoginWorld as World } from '../../../test/helpers/login-world.ts'
import { openLogin } from './login.ts'

describe('what a run leaves in the place of the login', () => {
  const traps: readonly [string, (world: World) => unknown][] = [
    ['a link to a secret', ({ shared, secret }) => replaced(shared, () => symlinkSync(secret, shared))],
    ["a link to the operator's login", ({ shared, own }) => replaced(shared, () => symlinkSync(own, shared))],
    ['a link to nowhere', ({ shared }) => replaced(shared, () => symlinkSync('/nowhere/at/all', shared))],
    ['another name of a secret', ({ shared, secret }) => replaced(shared, () => linkSync(secret, shared))],
    ['a pipe', ({ shared }) => replaced(shared, () => execFileSync('mkfifo', [shared]))],
    [
      'a folder',
      ({ shared }) => replaced(shared, () => mkdirSync(join(shared, 'full/of/folders'), { recursive: true })),
    ],
    ['1 GB', ({ shared }) => truncateSync(shared, 2 ** 30)],
    ['no JSON', ({ shared }) => writeFileSync(shared, 'no JSON')],
    ['nothing', ({ shared }) => writeFileSync(shared, '')],
    ['half of a login', ({ shared }) => writeFileSync(shared, login(1).slice(0, 30))],
    ['a list', ({ shared }) => writeFileSync(shared, '[1]')],
    [
      'an entry that its CLI would obey',
      ({ shared }) =>
        writeFileSync(shared, login(0, { 'https://x.example': { type: 'wellknown', key: 'K', token: 't' } })),
    ],
    ['a file that may be read by nobody', ({ shared }) => chmodSync(shared, 0)],
  ]

  test.for(traps)('%s does not reach the operator, and not the next run', ([, set], { world, expect }) => {
    world.carryAnew()
    set(world)
    world.carryAnew()
    expect(read(world.own)).toBe(login(0))
    expect(read(world.secret)).toBe(login(7))
    expect(lstatSync(world.shared).isFile()).toBe(true)
    expect(read(world.shared)).toBe(login(0))
  })

  test('a socket does not, either', async ({ world, expect }) => {
    world.carryAnew()
    rmSync(world.shared)
    const server = createServer().listen(world.shared)
    await once(server, 'listening')
    expect(world.carryAnew()).toBe('to runs')
    expect([read(world.own), read(world.shared)]).toEqual([login(0), login(0)])
    server.close()
  })

  test('a file that is just being written is left alone', ({ world, expect }) => {
    const shared = openLogin(world.place, undefined)
    shared.carry(Date.now())
    writeFileSync(world.shared, login(1).slice(0, 30))
    expect(shared.carry(Date.now())).toEqual({ did: 'wait', problem: undefined })
    writeFileSync(world.shared, login(1))
    expect(shared.carry(Date.now()).did).toBe('to the operator')
    expect(read(world.own)).toBe(login(1))
  })
})

/** Puts links and logins in the same place as quickly as it can. */
const swapping = `
  import { renameSync, symlinkSync, writeFileSync } from 'node:fs'
  const [shared, secret] = process.argv.slice(1)
  process.stdout.write('ready')
  for (;;) {
    try {
      symlinkSync(secret, shared + '.link')
      renameSync(shared + '.link', shared)
      writeFileSync(shared + '.file', '{"provider":{"type":"oauth","access":"run","refresh":"run"}}')
      renameSync(shared + '.file', shared)
    } catch {}
  }
`

test(
  'no secret is read or written behind a link that comes and goes',
  { timeout: 60_000 },
  async ({ world, expect }) => {
    const shared = openLogin(world.place, undefined)
    shared.carry(Date.now())
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', swapping, world.shared, world.secret],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(child.stdout, 'data')
    for (let count = 0; count < 2_000; count++) {
      shared.carry(Date.now() + LATER)
      expect(read(world.own)).not.toContain('a7')
    }
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(read(world.secret)).toBe(login(7))
  },
)

function replaced(path: string, make: () => unknown): void {
  rmSync(path)
  make()
}
