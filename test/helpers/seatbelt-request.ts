/** Owns a policy and what a profile of the wall on macOS makes of it, for tests. */
import { rulesFor, type Policy, type Wish } from '../../src/isolation/policy.ts'
import { seatbeltProfile, type SeatbeltRequest } from '../../src/isolation/seatbelt.ts'
import { fakeDisk, file } from './fake-disk.ts'
import { readProfile } from './seatbelt-profile.ts'

const disk = fakeDisk({
  '/Users/ada/.ssh/id': file,
  '/Users/ada/.tool/settings.json': file,
  '/Users/ada/.tool/auth.json': file,
  '/Users/ada/ws/src/fixed/x': file,
  '/Users/ada/state/runs/one/tmp': 'folder',
  '/Users/ada/state/marrow.sock': file,
  '/Users/ada/link': { link: '/opt/real' },
  '/opt/real/x': file,
  '/usr/bin/git': file,
})

/** One wish, with a reason of its own. */
export const wish = (path: string, access: Wish['access'], more: Partial<Wish> = {}): Wish => ({
  path,
  access,
  why: path === '/' ? 'the machine' : `the wish for ${path}`,
  ...more,
})

/** A machine with a home, a workspace, an agent CLI and a link. */
export const wishes = [
  wish('/', 'read-only'),
  wish('/Users', 'hidden'),
  wish('/Users/ada/ws', 'read-write'),
  wish('/Users/ada/ws/src/fixed', 'read-only'),
  wish('/Users/ada/.tool', 'read-write'),
  wish('/Users/ada/.tool/settings.json', 'read-only'),
  wish('/Users/ada/link', 'read-only'),
]

/** The rules of such wishes. */
export const policyOf = (all: readonly Wish[], network = true): Policy => ({
  rules: rulesFor(all, disk),
  network,
  refused: [],
})

/** What a profile is made of. */
export const request = (more: Partial<SeatbeltRequest> = {}): SeatbeltRequest => ({
  program: '/usr/bin/sandbox-exec',
  policy: policyOf(wishes),
  words: ['agent', '-p', 'a b'],
  temporary: '/Users/ada/state/runs/one/tmp',
  logins: [],
  obeyed: [],
  sockets: ['/Users/ada/state/door/agent.sock'],
  ...more,
})

/** Its profile, as it decides. */
export const read = (more: Partial<SeatbeltRequest> = {}) => {
  const { text, values } = seatbeltProfile(request(more))
  return readProfile(text, values)
}
