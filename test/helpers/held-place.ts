/** Owns a place for tests of folders that are held: a root that agents may write, something outside of it, and the ways of holding. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { holdByDescriptor, holdByLooking } from '../../src/platform/inside/hold.ts'
import { test as inDir } from './temp-dir.ts'

interface Place {
  readonly root: string
  /** Where nothing of the root may lead to. */
  readonly outside: string
  readonly at: (...below: string[]) => { root: string; path: string }
}

/** `test` with `place`: nothing in its root, a file `secret` outside of it. */
export const test = inDir.extend<{ place: Place }>({
  place: async ({ dir }, use) => {
    const [root, outside] = [join(dir, 'ws'), join(dir, 'outside')]
    mkdirSync(root)
    mkdirSync(outside)
    writeFileSync(join(outside, 'secret'), 'secret')
    await use({ root, outside, at: (...below) => ({ root, path: join(root, ...below) }) })
  },
})

export const isLinux = process.platform === 'linux'
/** Only root can give files away. */
export const isRoot = isLinux && process.geteuid?.() === 0
/** The user and the group that files are given to. */
export const NOBODY = 65_534

/** The ways of holding a folder, for each of which the same is true. */
export const holds = [
  { how: 'by descriptors', hold: holdByDescriptor },
  { how: 'by looking', hold: holdByLooking },
]
