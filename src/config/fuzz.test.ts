import * as fc from 'fast-check'
import { parse, stringify } from 'smol-toml'
import { test } from 'vitest'
import { configText, context } from '../../test/helpers/config-text.ts'
import type { Key } from './key.ts'
import { keys } from './keys.ts'
import { parseConfig } from './parse.ts'
import { socketOf } from './paths.ts'
import { keyText } from './report.ts'

/** What is wrong with how `text` was read, whatever it is: nothing, ever. */
function unsoundness(text: string): string | undefined {
  const { config, problems } = parseConfig(text, context)
  if ((config === undefined) !== problems.length > 0) return 'neither a configuration nor a mistake, or both'
  if (problems.some(({ reason }) => reason === '')) return 'a mistake without a reason'
  if (problems.some(({ fix, line }) => fix === undefined && line === undefined))
    return 'a mistake without a fix'
  if (problems.some(({ path }) => path.length > 0 && keyText(path) === '')) return 'a mistake without a key'
  if (config === undefined) return undefined
  const quick = socketOf(parse(text), context)
  const agrees = quick?.stateDir === config.stateDir && quick.socketPath === config.ipc.socketPath
  return agrees ? undefined : 'a socket that the quick reading puts elsewhere'
}

// Values from everywhere in the grammar.
const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
)
const wild = fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }), fc.dictionary(fc.string(), scalar))

/** What somebody could mean to write for a key. */
function plausible({ type, range }: Key): fc.Arbitrary<unknown> {
  if (type === 'boolean') return fc.boolean()
  if (range !== undefined && type !== 'duration') return fc.integer({ min: range[0] - 1, max: range[1] + 1 })
  if (type.startsWith('path')) return fc.constantFrom('/p/a', '~/b', '$TEAM/c', '/etc/marrow', '')
  const choices = [...type.matchAll(/"(\w+)"/g)].map((match) => match[1])
  const examples: Record<string, readonly string[]> = {
    duration: ['24h', '5s', 'soon'],
    'cron line': ['0 9 * * *', '30 * * * * *', '@daily', ''],
    text: ['UTC', '09:00-18:00', 'scout'],
  }
  const words = fc.constantFrom(
    ...(choices.length > 0 ? choices : (examples[type] ?? ['opencode run', 'KEY'])),
  )
  if (type.startsWith('table')) return fc.record({ pass: fc.array(words, { maxLength: 1 }) })
  return type.startsWith('list') ? fc.array(words, { maxLength: 2 }) : words
}

/** A table of known keys with what could be meant, in which now and then something is wild. */
function tableOf(section: keyof typeof keys): fc.Arbitrary<Record<string, unknown>> {
  const rows = Object.entries<Key>(keys[section])
  const known = fc.subarray(rows, { maxLength: 2 }).chain((chosen) => {
    const values = chosen.map(([name, key]) => [
      name,
      fc.oneof({ weight: 30, arbitrary: plausible(key) }, wild),
    ])
    return fc.record<Record<string, unknown>>(Object.fromEntries(values))
  })
  const unknown = fc.dictionary(fc.string(), wild, { maxKeys: 2 })
  return fc.oneof({ weight: 9, arbitrary: known }, unknown)
}

const valid = { name: 'scout', agent_command: 'opencode run', workspace: '/srv/ws' }
const agent = tableOf('agents').map((table) => ({ ...valid, ...table }))
const tree = fc
  .record({
    top: tableOf('top'),
    agents: fc.oneof({ weight: 9, arbitrary: fc.array(agent, { minLength: 1, maxLength: 2 }) }, wild),
    ipc: fc.oneof({ weight: 9, arbitrary: tableOf('ipc') }, wild),
    sync: fc.oneof({ weight: 9, arbitrary: tableOf('sync') }, wild),
  })
  .map(({ top, ...sections }) => ({ ...top, ...sections }))

test('any text is a configuration or has a mistake, and never throws', ({ expect }) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder().decode(bytes)),
  )
  expect(fc.check(fc.property(text, (any) => unsoundness(any) === undefined))).toMatchObject({
    failed: false,
  })
})

test('any tree is a configuration or has a mistake, and never throws', ({ expect }) => {
  const found = { right: 0, wrong: 0 }
  const property = fc.property(tree, (table) => {
    const text = stringify(table)
    found[parseConfig(text, context).config === undefined ? 'wrong' : 'right'] += 1
    return unsoundness(text) === undefined
  })
  expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false })
  // Both kinds are really met: else the trees would be too wild, or too tame, to show anything.
  expect(found.right).toBeGreaterThan(20)
  expect(found.wrong).toBeGreaterThan(50)
})

test('any one line that is taken away or doubled leaves a configuration or a mistake', ({ expect }) => {
  const lines = configText({
    top: 'state_dir = "/s"',
    agent: 'env = { set = { A = "b" } }',
    after: '[ipc]\nenabled = true',
  }).split('\n')
  const texts = lines.flatMap((line, index) => [
    lines.toSpliced(index, 1).join('\n'),
    lines.toSpliced(index, 0, line).join('\n'),
  ])
  expect(texts.map(unsoundness).filter((found) => found !== undefined)).toEqual([])
})
