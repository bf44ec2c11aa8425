import { expect, test } from 'vitest'
import { catalogueWith, linkedRole } from '../../test/helpers/roles.ts'
import { idleCommands } from './commands.ts'

const catalogue = {
  ...catalogueWith(linkedRole('l1/lead'), linkedRole('l2/Review'), linkedRole('l3/coder')),
  broken: new Map([['l3/broken', '/core/roles/l3/broken.md']]),
}
const about = (name: string) =>
  idleCommands({ commands: { [name]: ['codex'] } }, catalogue, '/o/marrow.toml').map(
    ({ key, reason, fix }) => `${key} ${reason} ${fix}`,
  )

test.for(['l2', 'l3', 'l2/review', 'l3/coder', 'l3/broken'])('a command for %s is no mistake', (name) => {
  expect(about(name)).toEqual([])
})

test.for([
  ['l4', /^delegation\.commands\.l4 is no level .* Write one of l2, l3/],
  ['l1', /is no level whose roles are called/],
  ['coder', /is the id of no role .* Write l3\/coder\.$/],
  ['l3/codre', /did you mean l3\/coder/i],
  ['custom-coder', /marrow role list/],
] as const)('a command for %s is told of', ([name, says]) => {
  expect(about(name)).toEqual([expect.stringMatching(says)])
})
