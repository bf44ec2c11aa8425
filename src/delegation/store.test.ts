import { describe, test } from 'vitest'
import { insertRunRow } from '../../test/helpers/run-row.ts'
import { delegation } from '../../test/helpers/sample-delegation.ts'
import { memoryStore } from '../../test/helpers/store.ts'
import { hashToken, newToken } from '../platform/token.ts'
import type { Tx } from '../platform/sqlite.ts'
import {
  delegationsBelow,
  delegationsOf,
  endDelegation,
  holderOf,
  insertDelegation,
  insertToken,
  lastRoots,
  openDelegations,
  pruneDelegations,
  readDelegation,
  setDelegationState,
  type Delegation,
} from './store.ts'

const { deadline } = delegation('any')

/** A run on record, as far as tokens go. */
function insertRun(tx: Tx, id: string, { state = 'running', role = 'l1/lead', lineage = '[]' } = {}): void {
  insertRunRow(tx, { id, state, role, lineage, agent: 'scout', deadline: JSON.stringify(deadline) })
}

const ids = (all: readonly Delegation[]) => all.map(({ run }) => run)

describe('the holder of a token', () => {
  test('is the run on record, and nothing that anybody else could show', async ({ expect }) => {
    const store = memoryStore()
    const [token, other] = [newToken(), newToken()]
    await store.write((tx) => {
      insertRun(tx, 'one', { lineage: '["top"]', role: 'l2/review' })
      insertToken(tx, 'one', hashToken(token))
    })
    const seen = await store.read((tx) =>
      [token, other, hashToken(token), ''].map((text) => holderOf(tx, hashToken(text))),
    )
    expect(seen).toEqual([
      { holder: { run: 'one', agent: 'scout', role: 'l2/review', lineage: ['top'] }, ended: false, deadline },
      undefined,
      undefined,
      undefined,
    ])
    expect(await store.read((tx) => tx.all('select * from tokens'))).not.toContainEqual(
      expect.objectContaining({ hash: token }),
    )
  })

  test('has ended with its run, and is nobody when that is no longer on record', async ({ expect }) => {
    const store = memoryStore()
    const hash = hashToken(newToken())
    await store.write((tx) => {
      insertRun(tx, 'one')
      insertToken(tx, 'one', hash)
      tx.run("update runs set state = 'ended'")
    })
    expect(await store.read((tx) => holderOf(tx, hash))).toMatchObject({ ended: true })
    await store.write((tx) => tx.run('delete from runs'))
    expect(await store.read((tx) => holderOf(tx, hash))).toBeUndefined()
    expect(await store.read((tx) => tx.all('select * from tokens'))).toEqual([])
  })

  test('has one token: a second one is refused by the store', async ({ expect }) => {
    const store = memoryStore()
    await store.write((tx) => {
      insertRun(tx, 'one')
      insertToken(tx, 'one', 'first')
    })
    await expect(store.write((tx) => insertToken(tx, 'one', 'second'))).rejects.toThrow('UNIQUE')
    await expect(store.write((tx) => insertToken(tx, 'nobody', 'third'))).rejects.toThrow('FOREIGN KEY')
  })
})

describe('delegations on record', () => {
  test('are read as they were written, through all of their states', async ({ expect }) => {
    const store = memoryStore()
    const one = delegation('one', {
      detached: true,
      lineage: ['top', 'mid'],
      roles: ['l1/lead', ''],
      task: "It's\n\u2028done",
    })
    await store.write((tx) => insertDelegation(tx, one))
    const read = () => store.read((tx) => readDelegation(tx, 'one'))
    expect(await read()).toEqual(one)
    await store.write((tx) => setDelegationState(tx, 'one', 'running'))
    expect(await read()).toEqual({ ...one, state: 'running' })
    await store.write((tx) => endDelegation(tx, 'one', 5_000, 'paused'))
    expect(await read()).toEqual({ ...one, state: 'ended', endedAt: 5_000, failure: 'paused' })
    expect(await store.read((tx) => readDelegation(tx, 'other'))).toBeUndefined()
    await expect(store.write((tx) => insertDelegation(tx, one))).rejects.toThrow('UNIQUE')
  })

  test('are found by who asked, by where their lineage began, and by whether they go on', async ({
    expect,
  }) => {
    const store = memoryStore()
    await store.write((tx) => {
      insertDelegation(tx, delegation('late', { askedAt: 3_000 }))
      insertDelegation(tx, delegation('mid'))
      insertDelegation(tx, delegation('deep', { parent: 'mid', lineage: ['top', 'mid'], askedAt: 2_000 }))
      insertDelegation(tx, delegation('twin'))
      insertDelegation(tx, delegation('far', { parent: 'other', lineage: ['other'], askedAt: 4_000 }))
      setDelegationState(tx, 'mid', 'running')
      endDelegation(tx, 'late', 5_000)
    })
    await store.read((tx) => {
      expect(ids(delegationsOf(tx, 'top'))).toEqual(['mid', 'twin', 'late'])
      expect(ids(delegationsOf(tx, 'mid'))).toEqual(['deep'])
      expect(ids(delegationsBelow(tx, 'top'))).toEqual(['mid', 'twin', 'deep', 'late'])
      expect(ids(openDelegations(tx))).toEqual(['mid', 'twin', 'deep', 'far'])
      expect([lastRoots(tx, 9), lastRoots(tx, 1)]).toEqual([['other', 'top'], ['other']])
    })
  })

  test('are kept as long as anything of their lineage goes on or is on record', async ({ expect }) => {
    const store = memoryStore()
    await store.write((tx) => {
      insertRun(tx, 'own')
      insertRun(tx, 'deep', { lineage: '["gone","middle"]' })
      const below = (root: string, run: string, parent = root) =>
        insertDelegation(tx, delegation(run, { parent, lineage: parent === root ? [root] : [root, parent] }))
      below('own', 'asked')
      below('gone', 'middle')
      below('gone', 'deep', 'middle')
      below('busy', 'over')
      below('busy', 'open')
      below('old', 'first')
      below('old', 'second', 'first')
      below('new', 'fresh')
      for (const run of ['asked', 'middle', 'deep', 'over', 'first', 'second']) endDelegation(tx, run, 5_000)
      endDelegation(tx, 'fresh', 7_000)
      pruneDelegations(tx, 6_000)
      const left = tx.all('select run from delegations order by rowid').map(({ run }) => run)
      expect(left).toEqual(['asked', 'middle', 'deep', 'over', 'open', 'fresh'])
    })
  })
})
