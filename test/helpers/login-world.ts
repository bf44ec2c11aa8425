/** A login of the operator's and the folder that runs share it in: `import { test } from '…/test/helpers/login-world.ts'` and ask for `world`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test as base } from 'vitest'
import { openLogin } from '../../src/isolation/apply/login.ts'
import type { LoginPlace } from '../../src/isolation/login/place.ts'
import { makeTempDir, removeTempDir } from './temp-dir.ts'

/** In ms from now: when whatever was written just now counts as whole. */
export const LATER = 3_000

export interface LoginWorld {
  readonly place: LoginPlace
  readonly own: string
  readonly shared: string
  readonly secret: string
  /** A carrying by a daemon that has just started, after everything has settled. */
  carryAnew(): string
}

/** What a login looks like after its n-th refresh. */
export function login(count: number, more: object = {}): string {
  const provider = { type: 'oauth', access: `a${count}`, refresh: `r${count}` }
  return `${JSON.stringify({ provider, ...more })}\n`
}

/** `test` with `world`: a fresh one of this test alone, removed afterwards. */
export const test = base.extend<{ world: LoginWorld }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures a fixture needs from this pattern.
  world: async ({}, use) => {
    const dir = await makeTempDir()
    const [operator, folder] = [join(dir, 'home/.cli'), join(dir, 'state/logins/claude-00000000')]
    const pair = {
      own: join(operator, 'auth.json'),
      shared: join(folder, 'auth.json'),
      refreshed: ['access', 'refresh'],
    }
    const place = { folder, record: `${folder}.json`, files: [pair] }
    const secret = join(dir, 'secret')
    mkdirSync(operator, { recursive: true })
    writeFileSync(pair.own, login(0), { mode: 0o640 })
    writeFileSync(secret, login(7))
    const carryAnew = () => openLogin(place, undefined).carry(Date.now() + LATER).did
    try {
      await use({ place, ...pair, secret, carryAnew })
    } finally {
      await removeTempDir(dir)
    }
  },
})

/** The content of a file. */
export function read(path: string): string {
  return readFileSync(path, 'utf8')
}
