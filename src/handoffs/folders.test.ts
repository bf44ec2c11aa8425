import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { agentNameProblem, slugOf } from '../base/ids.ts'
import { folderName, foldersFrom, foldersTo, parseFolder, receiverOf, senderToPerson } from './folders.ts'

const party = (name: string) => ({ name, slug: slugOf(name) })
const [scout, lead] = [party('Scout'), party('Team Lead')]

describe('a handoff folder', () => {
  test.for([
    ['scout-to-human', { folder: 'scout-to-human', from: 'scout', to: 'human' }],
    ['a-b-to-c-d', { folder: 'a-b-to-c-d', from: 'a-b', to: 'c-d' }],
    ['a-to-b-to-c', undefined],
    ['scout', undefined],
    ['-to-b', undefined],
    ['a-to-', undefined],
    ['.a-to-b', undefined],
  ] as const)('called %s names the ends %j', ([folder, ends], { expect }) => {
    expect(parseFolder(folder)).toEqual(ends)
  })

  test('is found by name and by slug, from both sides', ({ expect }) => {
    const folders = ['scout-to-team-lead', 'Scout-to-Team Lead', 'team-lead-to-scout', 'x-to-lead', 'notes']
    expect(foldersTo(lead, folders).map(({ folder }) => folder)).toEqual([
      'Scout-to-Team Lead',
      'scout-to-team-lead',
    ])
    expect(foldersFrom(lead, folders).map(({ folder }) => folder)).toEqual(['team-lead-to-scout'])
    expect(receiverOf('human-to-scout', [lead, scout])).toBe(scout)
    expect(receiverOf('scout-to-human', [lead, scout])).toBeUndefined()
  })

  test.for([
    ['team-lead-to-human', 'Team Lead'],
    ['Scout-to-human', 'Scout'],
    ['gone-to-human', 'gone'],
    ['scout-to-team-lead', undefined],
    ['human-to-scout', undefined],
    ['human', undefined],
  ] as const)('called %s holds what %s leaves for a person', ([folder, sender], { expect }) => {
    expect(senderToPerson(folder, [lead, scout])).toBe(sender)
  })

  test('to an agent that is called human is for that agent', ({ expect }) => {
    expect(senderToPerson('scout-to-human', [scout, party('human')])).toBeUndefined()
  })

  test('between two agents belongs to exactly these two', ({ expect }) => {
    const name = fc
      .stringMatching(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,12}$/)
      .filter((text) => agentNameProblem(text) === undefined)
    fc.assert(
      fc.property(name, name, (from, to) => {
        const folder = folderName(party(from), party(to))
        expect(foldersFrom(party(from), [folder])).toHaveLength(1)
        expect(receiverOf(folder, [party(to)])).toEqual(party(to))
      }),
    )
  })
})
