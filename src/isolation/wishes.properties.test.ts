import { array, assert, boolean, constantFrom, property, record, subarray } from 'fast-check'
import { test } from 'vitest'
import { accessIn, usualDisk, type PolicyCase } from '../../test/helpers/policies.ts'
import { isInside } from '../config/paths.ts'

// Properties: a few folders in all constellations.
const places = [
  '/ws',
  '/ws/scout',
  '/ws/scout/in',
  '/home/ada/code',
  '/home/ada',
  '/data',
  '/data/in',
] as const
const place = constantFrom(...places)
const cases = record({
  workspace: place,
  workDir: place,
  readWrite: subarray([...places], { maxLength: 2 }),
  readOnly: subarray([...places], { maxLength: 2 }),
  others: array(place, { maxLength: 2 }),
  network: boolean(),
})
const asked = constantFrom(
  ...places.map((folder) => `${folder}/file`),
  ...Object.keys(usualDisk),
  '/etc/passwd',
  '/tmp/x',
  '/home/eve/x',
  '/home/ada/.bashrc',
)

const caseOf = ({ others, readWrite, readOnly, network, ...folders }: Sample): PolicyCase => ({
  ...folders,
  isolation: { readWrite, readOnly, network },
  others: others.map((workspace, index) => ({ name: `other${index}`, workspace })),
})

interface Sample {
  readonly workspace: string
  readonly workDir: string
  readonly readWrite: readonly string[]
  readonly readOnly: readonly string[]
  readonly others: readonly string[]
  readonly network: boolean
}

test('for any folders nothing is written outside of those that were meant for it', () => {
  assert(
    property(cases, asked, (sample, path) => {
      if (accessIn(caseOf(sample))(path) !== 'read-write') return true
      return [sample.workspace, sample.workDir, ...sample.readWrite].some((folder) => isInside(path, folder))
    }),
    { numRuns: 400 },
  )
})

test('for any folders the core, the memory of marrow and the doors stay what they are', () => {
  assert(
    property(cases, (sample) => {
      const access = accessIn(caseOf(sample))
      const explicit = [...sample.readWrite, ...sample.readOnly]
      return (
        access('/home/ada/core/dist/cli.js') === 'read-only' &&
        access('/home/ada/.local/state/marrow/marrow.db') === 'hidden' &&
        access('/home/ada/.local/state/marrow/marrow.sock') === 'hidden' &&
        access('/home/ada/.local/state/marrow/door/agent.sock') === 'read-only' &&
        (explicit.includes('/home/ada') || access('/home/ada/.ssh/id') === 'hidden')
      )
    }),
    { numRuns: 400 },
  )
})

test('for any folders nothing of another agent is seen but what one was given, too', () => {
  const inFolders = place.map((folder) => `${folder}/file`)
  assert(
    property(cases, inFolders, (sample, path) => {
      const own = [sample.workspace, sample.workDir, ...sample.readWrite, ...sample.readOnly]
      const around = [...own, ...sample.others].filter((folder) => isInside(path, folder))
      const deepest = around.toSorted((a, b) => b.length - a.length)[0]
      if (deepest === undefined || own.includes(deepest)) return true
      return accessIn(caseOf(sample))(path) === 'hidden'
    }),
    { numRuns: 400 },
  )
})
