import { test } from 'vitest'
import { delegation } from '../../../test/helpers/sample-delegation.ts'
import { memoryStore } from '../../../test/helpers/store.ts'
import type { Delegation } from '../../delegation/store.ts'
import { delegationView } from './view.ts'

const viewOf = (changes: Partial<Delegation>) =>
  memoryStore().read((tx) => delegationView(tx, delegation('child', changes)))

test('a delegation without a run says why there is none, and never that it succeeded', async ({ expect }) => {
  expect(await viewOf({})).toMatchObject({
    state: 'waiting',
    outcome: null,
    ok: null,
    result: null,
    ended_at: null,
  })
  expect(await viewOf({ state: 'ended', endedAt: 5_000, failure: 'paused: lunch' })).toMatchObject({
    outcome: 'not started: paused: lunch',
    ok: false,
    ended_at: '1970-01-01T00:00:05.000Z',
  })
  expect(await viewOf({ state: 'ended', endedAt: 5_000 })).toMatchObject({
    outcome: 'no longer on record',
    ok: null,
  })
})

test('a delegation shows the first line of its task, on one line and cut', async ({ expect }) => {
  expect((await viewOf({ task: '\n\n  Mend it.\u001b[2J \nAll of it.' })).task).toBe('Mend it.')
  expect((await viewOf({ task: 'x'.repeat(200_000) })).task).toHaveLength(120)
})
