import { test } from 'vitest'
import { drawChannel } from './dag-edges.ts'
import { middleOf, type Slot } from './dag-layout.ts'

const box = (key: string, x: number): Slot => ({ key, task: key, width: 11, x, above: [], below: [] })

function join(above: Slot, below: Slot): void {
  above.below.push(below)
  below.above.push(above)
}

test('two lines that change sides never share a column', ({ expect }) => {
  const [left, right, newLeft, newRight] = [box('a', 0), box('b', 20), box('c', 0), box('d', 20)]
  join(left, newRight)
  join(right, newLeft)
  const exits = new Map([left, right].map((slot) => [slot, middleOf(slot)]))
  const channel = drawChannel([left, right], [newLeft, newRight], exits)
  expect(channel?.rows.join('\n')).toMatchInlineSnapshot(`
    "    ┌│───────────────────┘
        │└──────────────────┐
        ▼                   ▼"
  `)
})
