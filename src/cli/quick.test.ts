import { test } from 'vitest'
import { recognize, recognizeStatus } from './quick.ts'

test.for([
  [[], { config: undefined, verbose: false, rest: [] }],
  [['status'], { config: undefined, verbose: false, rest: ['status'] }],
  [['-c', 'a', 'status', '-v'], { config: 'a', verbose: true, rest: ['status'] }],
  [['status', '--json', '--config=a=b'], { config: 'a=b', verbose: false, rest: ['status', '--json'] }],
  [['status', '--config', 'a'], { config: 'a', verbose: false, rest: ['status'] }],
  [['status', '-c'], { config: undefined, verbose: false, rest: ['status', '-c'] }],
  [['wake', 'x', '--verbose'], { config: undefined, verbose: true, rest: ['wake', 'x'] }],
] as const)('%j is recognized', ([words, wanted], { expect }) => {
  expect(recognize(words)).toEqual(wanted)
})

test.for([
  [['status'], { json: undefined }],
  [['status', '--json'], { json: true }],
  [['status', '-o', 'json'], { json: true }],
  [['status', '-ojson'], { json: true }],
  [['status', '--output=json'], { json: true }],
  [['status', '--output', 'text'], { json: false }],
  [['status', '-o', 'yaml'], undefined],
  [['status', '--json', '-o', 'text'], undefined],
  [['status', '-h'], undefined],
  [['runs'], undefined],
] as const)('%j as a quick status is %j', ([rest, form], { expect }) => {
  expect(recognizeStatus(rest)).toEqual(form)
})
