import { test } from 'vitest'
import { isDue } from './store.ts'

const HOUR = 3_600_000
const at = (wall: number, boot: string) => ({ wall, mono: wall, boot })

test.for([
  ['after its wait', at(10 * HOUR, 'one'), at(10 * HOUR, 'one'), true],
  ['not during its wait', at(11 * HOUR, 'one'), at(10 * HOUR, 'one'), false],
  ['not during its wait over a reboot', at(11 * HOUR, 'one'), at(10 * HOUR, 'two'), false],
  [
    'at once when its wait is of a clock that stood years ahead',
    at(90_000 * HOUR, 'one'),
    at(10 * HOUR, 'two'),
    true,
  ],
] as const)('a delivery is tried again %s', ([, notBefore, now, due], { expect }) => {
  expect(isDue({ notBefore }, now)).toBe(due)
})
