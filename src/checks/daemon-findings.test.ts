import { test } from 'vitest'
import { healthy, ofDaemon, type Case } from '../../test/helpers/healthy-machine.ts'
import { findings } from './findings.ts'

const cases: readonly Case[] = [
  {
    about: 'a daemon that is silent',
    observed: { ...healthy, daemon: { kind: 'silent', reason: 'no answer within 3000 ms', fix: 'Look.' } },
    level: 'issue',
    says: 'no answer',
  },
  {
    about: 'a daemon with another configuration',
    observed: ofDaemon({ config: '/d/marrow.toml' }),
    level: 'issue',
    says: 'it runs with /d/marrow.toml, this command means /c/marrow.toml',
  },
  {
    about: 'a daemon of another version',
    observed: ofDaemon({ version: '0.0.9' }),
    level: 'hint',
    says: 'it is marrow 0.0.9, this program is 0.1.0',
  },
  {
    about: 'a change that the daemon refused',
    observed: ofDaemon({ problems: ['state_dir: changed'] }),
    level: 'issue',
    says: 'state_dir: changed',
  },
  { about: 'a pause', observed: ofDaemon({ paused: 'holidays' }), level: 'hint', says: 'paused: holidays' },
  { about: 'a daemon that stops', observed: ofDaemon({ stopping: true }), level: 'hint', says: 'stopping' },
  {
    about: 'an agent that is held for good',
    observed: ofDaemon({ held: [{ name: 'scout', reason: 'not logged in', until: undefined }] }),
    level: 'issue',
    says: 'until somebody resumes it: not logged in',
  },
  {
    about: 'an agent that is held for a while',
    observed: ofDaemon({
      held: [{ name: 'scout', reason: 'rate limit', until: '2026-01-01T00:00:00.000Z' }],
    }),
    level: 'hint',
    says: 'held until 2026-01-01',
  },
]

test.for(cases)('$about is one finding, with a fix', ({ observed, level, says }, { expect }) => {
  const found = findings(observed)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ level, problem: expect.stringContaining(says) })
  expect(found[0]?.fix).toMatch(/\.$/u)
})
