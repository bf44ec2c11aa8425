import { parseTOML } from 'toml-eslint-parser'
import { test } from 'vitest'
import { lineFinder } from './locate.ts'

const text = `# a comment
core_dir = "/c"
ipc.enabled = true

[sync]
enabled = true

[[agents]]
name = "a"
context_dirs = [
  "/a",
  "/b",
]
env = { pass = ["A"], set = { K = "V" } }

[[agents]]
"name" = "b"
[agents.env.set]
Z = "1"
"odd key" = "2"
nested = [[1], [
  2, { a = 3,
  b = 4 },
]]
`

test.for([
  [['core_dir'], 2],
  [['ipc', 'enabled'], 3],
  [['ipc', 'socket_path'], 3],
  [['sync'], 5],
  [['sync', 'enabled'], 6],
  [['sync', 'missing'], 5],
  [['agents'], 8],
  [['agents', 0], 8],
  [['agents', 0, 'name'], 9],
  [['agents', 0, 'workspace'], 8],
  [['agents', 0, 'context_dirs'], 10],
  [['agents', 0, 'context_dirs', 1], 12],
  [['agents', 0, 'env', 'set', 'K'], 14],
  [['agents', 1], 16],
  [['agents', 1, 'name'], 17],
  [['agents', 1, 'env'], 18],
  [['agents', 1, 'env', 'set', 'Z'], 19],
  [['agents', 1, 'env', 'set', 'odd key'], 20],
  [['agents', 1, 'env', 'set', 'nested', 1], 21],
  [['agents', 1, 'env', 'set', 'nested', 1, 0], 22],
  [['agents', 1, 'env', 'set', 'nested', 1, 1, 'b'], 23],
  [['agents', 2, 'name'], 8],
  [['state_dir'], undefined],
  [[], undefined],
] as const)('%j stands in line %s', ([path, line], { expect }) => {
  expect(lineFinder(parseTOML(text, { tomlVersion: 'latest' }))(path)).toBe(line)
})
