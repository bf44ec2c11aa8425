import { test } from 'vitest'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import type { AttemptReport } from '../../isolation/report.ts'
import { attemptRows } from './attempts.ts'

const attempts: readonly AttemptReport[] = [
  { name: 'write core', what: 'write to the core', outcome: 'refused', detail: 'EROFS' },
  { name: 'chroot chroot', what: 'take a folder for the root', outcome: 'skipped', detail: 'no chroot' },
  { name: 'connect docker', what: 'connect to docker', outcome: 'escaped', detail: 'connected' },
]

test('what succeeded comes first, then what could not be tried', ({ expect }) => {
  expect(attemptRows(attempts, plainScreen())).toEqual([
    'A RUN COULD                 OUTCOME  HOW',
    'connect to docker           escaped  connected',
    'take a folder for the root  skipped  no chroot',
    'write to the core           refused  EROFS',
  ])
})

test('long words of the system give way on a narrow screen', ({ expect }) => {
  const long = attempts.map((one) => ({ ...one, detail: 'mount: '.repeat(40) }))
  for (const line of attemptRows(long, plainScreen(60))) expect(line.length).toBeLessThanOrEqual(60)
})
