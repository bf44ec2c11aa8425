import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { describeTriggers, triggerLayer, type Trigger } from './trigger.ts'

const at = Date.UTC(2026, 10, 20, 10, 15, 3, 123)

describe('triggers', () => {
  test('are told with absolute times, oldest first', ({ expect }) => {
    const triggers: Trigger[] = [
      { cause: 'handoff', reason: '/w/runtime/handoff/a-to-b/x.md', prompt: '', at: at + 1_000 },
      { cause: 'operator', reason: 'the build\nis red', prompt: 'Look at CI.\n\nThen fix it.\n', at },
    ]
    expect(describeTriggers(triggers)).toBe(
      '2026-11-20T10:15:03.123Z operator: the build is red\nLook at CI.\n\nThen fix it.\n\n' +
        '2026-11-20T10:15:04.123Z handoff: /w/runtime/handoff/a-to-b/x.md',
    )
  })

  test('without a reason or a prompt are one line', ({ expect }) => {
    expect(describeTriggers([{ cause: 'tasks', reason: ' ', prompt: '', at }])).toBe(
      '2026-11-20T10:15:03.123Z tasks',
    )
  })

  test('make no layer when there are none', ({ expect }) => {
    expect(triggerLayer([])).toBeUndefined()
    expect(triggerLayer([{ cause: 'tasks', reason: '', prompt: '', at }])).toMatchObject({ name: 'trigger' })
  })

  test('are the same bytes in any order, and none is lost', ({ expect }) => {
    const trigger = fc.record({
      cause: fc.constantFrom('operator', 'handoff'),
      // Few values, so that triggers often differ in one thing only.
      reason: fc.constantFrom('', 'red build'),
      prompt: fc.oneof(fc.string(), fc.constantFrom('a', 'b')),
      at: fc.constantFrom(0, at, 4e12),
    })
    fc.assert(
      fc.property(fc.array(trigger), (triggers) => {
        const text = describeTriggers(triggers)
        expect(describeTriggers(triggers.toReversed())).toBe(text)
        for (const { prompt } of triggers) expect(text).toContain(prompt.trim())
      }),
    )
  })
})
