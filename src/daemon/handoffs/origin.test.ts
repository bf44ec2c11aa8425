import { test } from 'vitest'
import { agentConfig, isolationConfig } from '../../../test/helpers/agents.ts'
import type { Suspect } from '../../runner/store.ts'
import { originIn } from './origin.ts'

const agents = [
  agentConfig({ name: 'Scout' }),
  agentConfig({ name: 'far', workspace: '/srv/far', workDir: '/srv/far' }),
  agentConfig({
    name: 'guest',
    workspace: '/srv/guest',
    workDir: '/srv/guest',
    isolation: isolationConfig({ readWrite: ['/srv/ws'] }),
  }),
]
const run = (changes: Partial<Suspect>): Suspect => ({
  id: 'r',
  agent: 'Scout',
  workspace: '/srv/ws',
  workDir: '/srv/ws',
  hops: 2,
  startsLineage: true,
  ended: false,
  ...changes,
})
const far = { agent: 'far', workspace: '/srv/far', workDir: '/srv/far' }
const guest = { agent: 'guest', workspace: '/srv/guest', workDir: '/srv/guest' }

test.for<[string, string, readonly Suspect[], number, boolean]>([
  ['comes from a person when no run goes on', 'scout-to-refit', [], 0, true],
  ['comes from the run that could have written it', 'scout-to-refit', [run({})], 3, true],
  [
    'that a child could have written starts nothing',
    'refit-to-scout',
    [run({}), run({ startsLineage: false })],
    3,
    false,
  ],
  ['comes from a person when only a run of another workspace goes on', 'scout-to-refit', [run(far)], 0, true],
  ['comes from a run of whom its folder names, wherever that works', 'far-to-refit', [run(far)], 3, true],
  ['comes from a run that is let in there', 'x-to-refit', [run(guest)], 3, true],
  [
    'comes from a run of an agent that has left the configuration',
    'x-to-refit',
    [run({ agent: 'gone' })],
    3,
    true,
  ],
])('a file %s', ([, name, suspects, hops, startsLineage], { expect }) => {
  const folder = { path: `/srv/ws/runtime/handoff/${name}`, name }
  expect(originIn(folder, suspects, agents)).toEqual({ hops, startsLineage })
})
