import { test } from 'vitest'
import { windowsKnown } from './plan-windows.ts'

test('the newest word on a window counts, others stay, and one that was reset is forgotten', ({ expect }) => {
  const before = [
    { window: 'five_hour', usedPercent: 90, resetsAt: 100 },
    { window: 'seven_day', usedPercent: 40, resetsAt: 900 },
    { window: 'seven_day_opus', usedPercent: 10, resetsAt: 50 },
  ]
  const told = [{ window: 'five_hour', usedPercent: 3, resetsAt: 600 }]
  expect(windowsKnown(before, told, 50)).toEqual([told[0], before[1]])
})
