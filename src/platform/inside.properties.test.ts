/** Whatever an agent plants: what is done through the door stays inside. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { test } from '../../test/helpers/temp-dir.ts'
import { entryInside, listInside, makeInside, openInside } from './inside.ts'
import { holdByDescriptor, holdByLooking } from './inside/hold.ts'

const name = fc.constantFrom('a', 'b', 'secret')
const below = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const target = fc.constantFrom(
  '../outside',
  '..',
  '.',
  'a',
  '/',
  'OUTSIDE',
  'OUTSIDE/secret',
  'OUTSIDE/a',
  'nowhere',
)

const planted = fc.record({ path: below, kind: fc.constantFrom('folder', 'file', 'link'), target })
const step = fc.record({
  path: below,
  name,
  act: fc.constantFrom('create', 'link', 'remove', 'read', 'list', 'make'),
})

test.for([holdByDescriptor, holdByLooking])(
  'nothing outside is read or touched (%o)',
  (hold, { dir, expect }) => {
    if (hold === holdByDescriptor && process.platform !== 'linux') return
    fc.assert(
      fc.property(fc.array(planted, { maxLength: 8 }), fc.array(step, { maxLength: 12 }), (plants, steps) => {
        const [root, outside] = [join(dir, 'ws'), join(dir, 'outside')]
        furnish(root, outside)
        for (const plant of plants) quietly(() => putDown(root, outside, plant))
        const before = everything(outside)
        for (const one of steps) {
          const inner = { root, path: join(root, one.path) }
          const seen = quietly(() =>
            act(
              one,
              () => makeInside(inner, hold),
              () => openInside(inner, hold),
            ),
          )
          expect(String(seen)).not.toContain('the secret')
          quietly(() => expect(listInside(inner).map((entry) => entry.name)).not.toContain('only outside'))
          quietly(() => entryInside(inner))
        }
        expect(everything(outside)).toEqual(before)
      }),
      { numRuns: 300 },
    )
  },
)

function furnish(root: string, outside: string): void {
  for (const folder of [root, outside]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
  }
  mkdirSync(join(outside, 'a'))
  for (const file of ['secret', 'a/secret', 'only outside']) writeFileSync(join(outside, file), 'the secret')
}

function putDown(
  root: string,
  outside: string,
  { path, kind, target: to }: typeof planted extends fc.Arbitrary<infer T> ? T : never,
): void {
  const place = join(root, path)
  // Never through a link that was planted before: the test itself must not reach outside.
  if (path.split('/').some((_, index, all) => isLink(join(root, ...all.slice(0, index + 1))))) return
  mkdirSync(join(place, '..'), { recursive: true })
  if (existsSync(place)) return
  if (kind === 'folder') mkdirSync(place)
  if (kind === 'file') writeFileSync(place, 'inside')
  if (kind === 'link') symlinkSync(to.replace('OUTSIDE', outside), place)
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

function act(
  { act: verb, name: file }: { act: string; name: string },
  make: () => ReturnType<typeof makeInside>,
  open: () => ReturnType<typeof openInside>,
): unknown {
  using folder = verb === 'read' || verb === 'list' ? open() : make()
  if (verb === 'create') return folder?.create([file], 'mine', 0o644)
  if (verb === 'link') return folder?.link('/to', file)
  if (verb === 'remove') return folder?.remove(file)
  if (verb === 'read') return folder?.read(file, 100)?.start
  return folder?.names('file')
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error
    return undefined // Refused.
  }
}

function everything(folder: string): unknown[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((path) => {
      const { ino, mtimeMs, isFile } = statOf(join(folder, path))
      return [path, ino, mtimeMs, isFile ? readFileSync(join(folder, path), 'utf8') : '']
    })
}

function statOf(path: string): { ino: number; mtimeMs: number; isFile: boolean } {
  const found = statSync(path)
  return { ino: found.ino, mtimeMs: found.mtimeMs, isFile: found.isFile() }
}
