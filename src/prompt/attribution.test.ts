import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { attribute, digestLayers } from './attribution.ts'
import { renderPrompt, type Layer, type LayerKind } from './layers.ts'

function layer(kind: LayerKind, name: string, text: string, volatile = false): Layer {
  return { kind, name, source: `/core/${name}`, text, volatile, failed: undefined }
}

const kinds = fc.constantFrom<LayerKind>('rules', 'role', 'base', 'trigger', 'context')
const anyLayer = fc
  .record({ kind: kinds, name: fc.string({ minLength: 1 }), text: fc.string(), volatile: fc.boolean() })
  .map(({ kind, name, text, volatile }) => layer(kind, name, text, volatile))

describe('attribute', () => {
  test('says where each layer comes from and what it weighs', ({ expect }) => {
    const rows = attribute([
      layer('context', 'queue', 'x'.repeat(60)),
      layer('rules', 'Core Rules', 'é'.repeat(10)),
    ])
    expect(rows).toMatchObject([
      { name: 'Core Rules', source: '/core/Core Rules', bytes: 41, tokens: 11 },
      { name: 'queue', source: '/core/queue', bytes: 76, tokens: 19 },
    ])
    expect(rows.map(({ share }) => Math.round(share))).toEqual([37, 63])
  })

  test('uses the given counter', ({ expect }) => {
    expect(
      attribute([layer('base', 'base', 'three small words')], (text) => text.split(' ').length),
    ).toMatchObject([{ tokens: 3, share: 100 }])
  })

  test('accounts for every byte of the prompt but the separators', ({ expect }) => {
    fc.assert(
      fc.property(fc.array(anyLayer), (layers) => {
        const rows = attribute(layers)
        const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
        const separators = rows.length === 0 ? 0 : 2 * (rows.length - 1) + 1
        expect(bytes + separators).toBe(Buffer.byteLength(renderPrompt(layers)))
        const shares = rows.reduce((sum, row) => sum + row.share, 0)
        expect(shares).toBeCloseTo(rows.length === 0 ? 0 : 100)
      }),
    )
  })
})

describe('digestLayers', () => {
  test('leaves out volatile layers, the trigger and what is empty', ({ expect }) => {
    const layers = [
      layer('rules', 'Core Rules', 'r'),
      layer('context', 'load', '3.1', true),
      layer('trigger', 'trigger', 't'),
      layer('context', 'none', '\n'),
    ]
    expect(Object.keys(digestLayers(layers))).toEqual(['Core Rules'])
  })

  test('sees a change in each of two layers of one name', ({ expect }) => {
    const texts = [
      ['a', 'b'],
      ['a', 'c'],
      ['c', 'b'],
      ['ab', ''],
    ] as const
    const digests = texts.map(
      (pair) => digestLayers(pair.map((text) => layer('context', 'queue', text)))['queue'],
    )
    expect(new Set(digests).size).toBe(4)
  })

  test('is equal whenever what is sent is equal, and differs with any counted text', ({ expect }) => {
    fc.assert(
      fc.property(anyLayer, fc.string(), (one, text) => {
        const other = { ...one, text }
        const counts = !one.volatile && one.kind !== 'trigger'
        const same = !counts || one.text.trim() === text.trim()
        const equal = JSON.stringify(digestLayers([one])) === JSON.stringify(digestLayers([other]))
        expect(equal).toBe(same)
      }),
    )
  })
})
