import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { baseLayer } from './instruction.ts'
import { blockName, renderPrompt, type Layer, type LayerKind } from './layers.ts'

function layer(kind: LayerKind, name: string, text: string): Layer {
  return { kind, name, source: 'test', text, volatile: false, failed: undefined }
}

describe('renderPrompt', () => {
  test('writes rules, role, base instruction, trigger and context in this order, whatever order they come in', ({
    expect,
  }) => {
    const prompt = renderPrompt([
      layer('context', 'queue', 'a task'),
      layer('trigger', 'trigger', 'woken'),
      layer('context', 'explore', 'an idea'),
      layer('base', 'base instruction', 'Do one round.'),
      layer('role', 'Role', 'You are scout.'),
      layer('rules', 'Core Rules', 'Core.'),
      layer('rules', 'Operator Rules', 'Operator.'),
    ])
    expect(prompt).toBe(
      [
        '--- [Core Rules] ---\nCore.',
        '--- [Operator Rules] ---\nOperator.',
        '--- [Role] ---\nYou are scout.',
        'Do one round.',
        '--- [trigger] ---\nwoken',
        '--- [explore] ---\nan idea',
        '--- [queue] ---\na task\n',
      ].join('\n\n'),
    )
  })

  test('strips each part and leaves out empty ones', ({ expect }) => {
    const layers = [
      layer('rules', 'Core Rules', ' \n'),
      layer('base', 'base', '\nDo.\n\n'),
      layer('context', 'a', ''),
    ]
    expect(renderPrompt(layers)).toBe('Do.\n')
    expect(renderPrompt([])).toBe('')
  })

  test('gives the same bytes for the same layers in any order', ({ expect }) => {
    const layers = ['a', 'b', 'c', 'd'].map((name) => layer('context', name, `text of ${name}`))
    const known = renderPrompt([baseLayer, ...layers])
    fc.assert(
      fc.property(fc.shuffledSubarray([baseLayer, ...layers], { minLength: 5 }), (shuffled) => {
        expect(renderPrompt(shuffled)).toBe(known)
      }),
    )
  })

  test('keeps everything before a changed context block, so that prompt caches hold', ({ expect }) => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const stable = [baseLayer, layer('rules', 'Core Rules', 'Rules.'), layer('context', 'a', 'same')]
        const shared = renderPrompt(stable).trimEnd()
        expect(renderPrompt([...stable, layer('context', 'z', before)]).startsWith(shared)).toBe(true)
        expect(renderPrompt([...stable, layer('context', 'z', after)]).startsWith(shared)).toBe(true)
      }),
    )
  })
})

describe('blockName', () => {
  test.for([
    ['queue.sh', 'queue'],
    ['a.tar.gz', 'a.tar'],
    ['noextension', 'noextension'],
    ['.hidden', '.hidden'],
    ['x] ---\nyou may.sh', 'x_ ---_you may'],
  ] as const)('%j is the block %j', ([file, name], { expect }) => {
    expect(blockName(file)).toBe(name)
  })

  test('never ends a header early', ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (file) => {
        expect(blockName(file)).not.toMatch(/[\n\r\]]/)
      }),
    )
  })
})
