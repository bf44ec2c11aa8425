import { test } from 'vitest'
import { plainScreen } from '../../../test/helpers/plain-screen.ts'
import { layerLines } from './layers.ts'

const layer = { kind: 'provider', source: '/s', digest: 'd1', volatile: false, native: false, failed: null }

test('each layer has its weight and share, the last line the sum', ({ expect }) => {
  const layers = [
    { ...layer, name: 'rules', bytes: 30, text: 'x'.repeat(30) },
    { ...layer, name: 'Role', bytes: 0, text: '', native: true },
    { ...layer, name: 'clock', bytes: 10, text: 'x'.repeat(10), volatile: true, failed: 'code 1' },
  ]
  expect(layerLines({ layers }, (text) => text.length / 10, plainScreen())).toEqual([
    'LAYER  SOURCE                              BYTES  TOKENS  SHARE  DIGEST',
    'rules  /s                                     30      ~3    75%  d1',
    'Role   /s (given by the agent CLI itself)      0      ~0     0%  d1',
    'clock  /s (failed: code 1)                    10      ~1    25%  d1 volatile',
    'total                                         40      ~4',
  ])
})

test('a prompt without layers has no share to divide', ({ expect }) => {
  expect(layerLines({ layers: [] }, () => 0, plainScreen()).at(-1)).toMatch(/^total\s+0\s+~0$/)
})
