import { test } from 'vitest'
import { senderOf, type SentHandoff } from './proof.ts'

const file = { path: '/ws/runtime/handoff/lead-to-scout/a.md', digest: 'd1' }
const sent: SentHandoff = { ...file, from: 'refit', hops: 0, startsLineage: true }

test.for<[string, SentHandoff | undefined, { proven: boolean; from: string }]>([
  ['what marrow sent is proven, with the name on record', sent, { proven: true, from: 'refit' }],
  ['what the operator sent is proven', { ...sent, from: undefined }, { proven: true, from: 'the operator' }],
  ['a plain file has the name of its folder, unproven', undefined, { proven: false, from: 'lead' }],
  ['what was changed since is unproven', { ...sent, digest: 'd0' }, { proven: false, from: 'lead' }],
  [
    'a copy in another folder is unproven',
    { ...sent, path: '/ws/runtime/handoff/refit-to-scout/a.md' },
    { proven: false, from: 'lead' },
  ],
])('%s', ([, record, sender], { expect }) => {
  expect(senderOf(file, { from: 'lead' }, record)).toEqual(sender)
})
