import { test } from 'vitest'
import { healthy, ofAgent, ofCast, ofCliAgent, type Case } from '../../test/helpers/healthy-machine.ts'
import { findings } from './findings.ts'

const path = '.opencode/agents/scout.md'

const cases: readonly Case[] = [
  {
    about: 'an unmarked file in the way where roles are cast',
    observed: ofCast({ unmarked: [path] }),
    level: 'issue',
    says: `opened in /w uses files that marrow did not write in place of its roles: ${path}`,
  },
  {
    about: 'files of an earlier casting where nothing is cast yet',
    observed: ofCast({ unmarked: [path], isCast: false }),
    level: 'hint',
    says: path,
  },
  {
    about: 'a cast file that somebody changed',
    observed: ofCast({ edited: [path] }),
    level: 'hint',
    says: `changed what is cast into /w: ${path}`,
  },
  {
    about: 'a role that is another by now',
    observed: ofCast({ outdated: Array.from({ length: 7 }, (_, index) => `${index}.md`) }),
    level: 'hint',
    says: 'is not what the roles say: 0.md, 1.md, 2.md, 3.md, 4.md and 2 more',
  },
  {
    about: 'a link in the way of a casting',
    observed: ofCast({
      problems: [{ problem: 'Cannot read .claude in /w: it is a link', fix: 'Take it away.' }],
    }),
    level: 'issue',
    says: 'it is a link',
  },
  {
    about: 'an agent that its CLI does not know, though marrow gives it that',
    observed: ofCliAgent({ kind: 'known', names: ['build', 'plan'] }, true),
    level: 'issue',
    says: 'opencode knows no agent scout that a run can be; it knows: build, plan',
  },
  {
    about: 'an agent that its CLI does not know, named by its command',
    observed: ofCliAgent({ kind: 'known', names: [] }, false),
    level: 'issue',
    says: 'it knows: none',
  },
  {
    about: 'a CLI that does not say what it knows',
    observed: ofCliAgent({ kind: 'silent', reason: 'no answer within 10 s' }, true),
    level: 'hint',
    says: 'does not say whether it knows the agent scout: no answer within 10 s',
  },
  {
    about: 'a command that names another agent than the role',
    observed: ofAgent({
      cliAgent: { kind: 'contradicted', role: 'l1/conductor', written: '--agent scout', known: 'conductor' },
    }),
    level: 'issue',
    says: '--agent scout in agent_command names another agent than its role l1/conductor',
  },
  {
    about: 'a role that must come from the CLI and cannot',
    observed: ofAgent({
      cliAgent: { kind: 'refused', role: 'l1/scout', reason: 'Cannot give a its role: so.', fix: 'Mend.' },
    }),
    level: 'issue',
    says: 'Cannot give a its role: so',
  },
]

test.for(cases)('doctor tells of $about', ({ observed, level, says }, { expect }) => {
  const found = findings(observed)
  expect(found).toMatchObject([{ subject: 'scout', level }])
  expect(found[0]?.problem).toContain(says)
  expect(found[0]?.problem).not.toMatch(/\.$/)
  expect(found[0]?.fix).not.toBe('')
})

test('doctor is content where the CLI knows the agent, and where all is as it was cast', ({ expect }) => {
  expect(findings(ofCliAgent({ kind: 'known', names: ['build', 'scout'] }, true))).toEqual([])
  expect(findings(ofCast({}))).toEqual([])
  expect(findings(healthy)).toEqual([])
})
