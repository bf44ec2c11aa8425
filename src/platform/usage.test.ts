import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'vitest'
import { parsePsShares, usageOf } from './usage.ts'

test('this very process takes about what Node says it takes', ({ expect }) => {
  const usage = usageOf([process.pid])
  const known = process.memoryUsage.rss()
  expect(usage.residentBytes / known).toBeGreaterThan(0.8)
  expect(usage.residentBytes / known).toBeLessThan(1.2)
  expect(usage.tasks).toBeGreaterThan(process.platform === 'linux' ? 5 : 0) // Node has threads of its own.
})

test('memory that a process takes is seen', async ({ expect }) => {
  const script = "const b = Buffer.alloc(100e6, 1); process.send('ready'); setInterval(() => b, 1e9)"
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  try {
    await once(child, 'message')
    const { residentBytes } = usageOf([child.pid ?? 0])
    expect(residentBytes).toBeGreaterThan(100e6)
    expect(residentBytes).toBeLessThan(250e6)
  } finally {
    child.kill('SIGKILL')
  }
})

test.runIf(process.platform === 'linux')(
  'the code that two processes share counts once',
  async ({ expect }) => {
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['-e', "process.send('ready'); setInterval(() => {}, 1e9)"], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
    )
    try {
      await Promise.all(children.map((child) => once(child, 'message')))
      const pids = children.map(({ pid }) => pid ?? 0)
      const [one, three] = [usageOf(pids.slice(0, 1)), usageOf(pids)]
      expect(three.residentBytes).toBeLessThan(2.5 * one.residentBytes)
      expect(three.residentBytes).toBeGreaterThan(one.residentBytes)
      expect(three.tasks).toBeGreaterThan(2 * one.tasks)
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
  },
)

test('those that are gone count for nothing', ({ expect }) => {
  expect(usageOf([])).toEqual({ residentBytes: 0, tasks: 0 })
  expect(usageOf([2 ** 22 + 1])).toEqual({ residentBytes: 0, tasks: 0 })
})

test('ps tells KiB, one line for each process', ({ expect }) => {
  expect(parsePsShares('  1024\n 8\n\nps: something else\n')).toEqual([
    { own: 1_048_576, shared: 0, tasks: 1 },
    { own: 8_192, shared: 0, tasks: 1 },
  ])
})
