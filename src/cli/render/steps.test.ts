import { test } from 'vitest'
import type { StepView } from '../../ipc/protocol/runs.ts'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { stepLines } from './steps.ts'

const step = (kind: StepView['kind'], text: string, rest: Partial<StepView> = {}): StepView => ({
  kind,
  text,
  tool: null,
  failed: null,
  output: null,
  ended: null,
  ...rest,
})

test('the steps of a run are shown in order, words in full and calls on one line', ({ expect }) => {
  const steps = [
    step('text', 'I look first.\nThen I mend it.'),
    step('tool', 'npm test', { tool: 'bash', output: '12 passed\u001b[2J', ended: true }),
    step('tool', 'rm -rf /', { tool: 'bash', failed: 'not allowed\u001b[2J' }),
    step('limit', 'overloaded (HTTP 529)'),
    step('text', 'Done.'),
    step('result', 'Done.'),
    step('error', 'no such model'),
  ]
  expect(stepLines(steps, plainScreen())).toEqual([
    'I look first.\nThen I mend it.',
    '> bash: npm test\n  12 passed',
    '> bash: rm -rf /\n  failed: not allowed',
    'waits: overloaded (HTTP 529)',
    'Done.',
    'error: no such model',
  ])
})

test('a result that was not said before is shown, and a run without steps says where to look', ({
  expect,
}) => {
  expect(stepLines([step('text', 'One.'), step('result', 'Two.')], plainScreen())).toEqual(['One.', 'Two.'])
  expect(stepLines([], plainScreen())).toEqual([expect.stringContaining('marrow logs')])
})
