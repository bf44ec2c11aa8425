import { test } from 'vitest'
import { ofRights, ofSocket, ofState, type Case } from '../../test/helpers/healthy-machine.ts'
import { findings } from './findings.ts'

const cases: readonly Case[] = [
  {
    about: 'a state that cannot be written',
    observed: ofState({ access: 'read-only' }),
    level: 'issue',
    says: '/s is not writable',
  },
  {
    about: 'a state on a network disk',
    observed: ofState({ disk: { kind: 'network', freeBytes: 50e9, totalBytes: 100e9 } }),
    level: 'issue',
    says: 'network',
  },
  {
    about: 'a disk nearly full',
    observed: ofState({ disk: { kind: 'local', freeBytes: 100e6, totalBytes: 100e9 } }),
    level: 'issue',
    says: '95 MiB left',
  },
  {
    about: 'a long socket path',
    observed: ofSocket({ enabled: true, path: '/x', bytes: 101 }),
    level: 'issue',
    says: '101 bytes',
  },
  {
    about: 'a state of another user',
    observed: ofRights({ foreign: true, othersRead: true }),
    level: 'issue',
    says: 'belongs to another user',
  },
  {
    about: 'a store that others may write',
    observed: ofRights({ othersWrite: true, othersRead: true }),
    level: 'issue',
    says: 'may write /s/marrow.db',
  },
  {
    about: 'a store that others may read',
    observed: ofRights({ othersRead: true }),
    level: 'issue',
    says: 'may read /s/marrow.db',
  },
  {
    about: 'a file where the socket should be',
    observed: ofSocket({ kind: 'other' }),
    level: 'issue',
    says: '/s/marrow.sock is not a socket',
  },
  {
    about: 'a socket in a folder that may not be written',
    observed: ofSocket({ folder: { path: '/run', access: 'read-only' } }),
    level: 'issue',
    says: 'the folder of the socket /run is not writable',
  },
  {
    about: 'a store that cannot be opened',
    observed: ofState({ store: { kind: 'unreadable', reason: 'permission denied' } }),
    level: 'issue',
    says: 'permission denied',
  },
  {
    about: 'a damaged store',
    observed: ofState({ store: { kind: 'damaged', reason: 'page 3 is never used' } }),
    level: 'issue',
    says: 'damaged: page 3',
  },
  {
    about: 'a store that needs a newer marrow',
    observed: ofState({ store: { kind: 'whole', schema: 9, readableFrom: 4 } }),
    level: 'issue',
    says: 'schema 4, this one knows 3',
  },
  {
    about: 'a store of a newer marrow',
    observed: ofState({ store: { kind: 'whole', schema: 9, readableFrom: 3 } }),
    level: 'hint',
    says: 'schema 9',
  },
]

test.for(cases)('$about is one finding, with a fix', ({ observed, level, says }, { expect }) => {
  const found = findings(observed)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ level, problem: expect.stringContaining(says) })
  expect(found[0]?.fix).toMatch(/\.$/u)
})
