import { describe, test } from 'vitest'
import {
  fileAttempts,
  fixtureFiles,
  inheritanceAttempts,
  machineAttempts,
  mountAttempts,
  ownFileAttempt,
  placesIn,
  processAttempts,
  scriptLine,
  socketAttempt,
  type Attempt,
} from './attempts.ts'
import { techniques } from './techniques.ts'
import { readCommandLine, composeScript } from '../sim/script.ts'

const places = placesIn('/srv/test')
const attempts: readonly Attempt[] = [
  ...fileAttempts(places, 'secret'),
  ...mountAttempts(places),
  ownFileAttempt(places),
  ...machineAttempts(() => true),
  ...processAttempts(4_242, '/srv/test/state/read', 'secret'),
  ...inheritanceAttempts('/srv/test/core/held', ['TMUX']),
  socketAttempt('connect', 'operator-door', '/srv/test/state/marrow.sock'),
]

test('every attempt has a name of its own and reads as the end of a sentence', ({ expect }) => {
  const names = attempts.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { what } of attempts) expect(what).toMatch(/^[a-z][^{}]+$/)
  expect(attempts.map(({ what }) => what)).toContain('put another file in the place of the core')
})

test('the simulated agent understands the line of every attempt', ({ expect }) => {
  for (const one of attempts) {
    const [word = '', value = ''] = scriptLine(one).split(' ')
    const { lines } = readCommandLine([`--${word}`, value])
    const { script, problems } = composeScript(lines, false)
    expect(problems).toEqual([])
    expect(script.steps).toEqual([{ does: 'attempt', technique: one.does, target: one.target }])
  }
})

test.for(['write:', 'write:two words', 'wish:/etc', 'write'])('%j is no attempt', (value, { expect }) => {
  expect(composeScript([{ word: 'attempt', value, place: '--attempt' }], false).problems).toHaveLength(1)
})

describe('attempts on files', () => {
  test('each have a file to themselves, so that none spoils another', ({ expect }) => {
    const changed = fileAttempts(places, 'secret').flatMap(({ proof }) =>
      proof.by === 'change' ? [proof.of] : [],
    )
    expect(new Set(changed).size).toBe(changed.length)
  })

  test('find their file in the fixture', ({ expect }) => {
    const files = fixtureFiles(fileAttempts(places, 'secret'))
    expect(files).toContain('/srv/test/core/rename')
    expect(files).toContain('/srv/test/home/.ssh/id_ed25519')
    expect(files.every((file) => file.startsWith('/srv/test/'))).toBe(true)
  })

  test('never aim at what is not part of the fixture', ({ expect }) => {
    for (const { target } of fileAttempts(places, 'secret')) expect(target).toMatch(/^\/srv\/test\//)
  })
})

test('files of the machine are only ever opened', ({ expect }) => {
  expect(new Set(machineAttempts(() => true).map(({ does }) => does))).toEqual(
    new Set(['open-read', 'open-write']),
  )
  expect(machineAttempts(() => false)).toEqual([])
})

test('every technique is used by some attempt', ({ expect }) => {
  const elsewhere = ['connect-abstract', 'connect-tcp', 'shared-memory', 'message-queue', 'keyring']
  const used = new Set<string>(attempts.map(({ does }) => does))
  expect(Object.keys(techniques).filter((name) => !used.has(name))).toEqual(elsewhere)
})
