/** Measures how fast the output of each agent CLI is read, beside taking the same lines apart as JSON. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adapterFor } from '../src/agents/adapters.ts'
import { root } from './checkout.ts'
import type { Figure } from './report.ts'
import { median } from './statistics.ts'

const STREAM_BYTES = 8 * 1_048_576 // As much as marrow reads of a run.
const ROUNDS = 9
const RATIO_MIN = 0.2

/** Streams made of the recorded ones, again and again, in turns with the baseline. */
export async function adapters(): Promise<Figure[]> {
  return (['claude', 'codex', 'gemini', 'opencode'] as const).map((name) => {
    const recorded = readFileSync(join(root, 'test', 'fixtures', name, 'success.jsonl'), 'utf8')
    const stdout = recorded.repeat(Math.ceil(STREAM_BYTES / recorded.length))
    const adapter = adapterFor(name)
    const [ours, bare]: [number[], number[]] = [[], []]
    for (let round = -2; round < ROUNDS; round += 1) {
      const our = speedOf(stdout, () =>
        adapter.read({ stdout, stderr: '', exitCode: 0, endedAt: Date.now() }),
      )
      const their = speedOf(stdout, () => parseLines(stdout))
      if (round < 0) continue // The first rounds let the compiler do its work.
      ours.push(our)
      bare.push(their)
    }
    const figure = { name: `${name}, reading 8 MiB of its output`, unit: 'MB/s' as const }
    return { ...figure, subject: median(ours), baseline: median(bare), ratioMin: RATIO_MIN }
  })
}

function speedOf(text: string, read: () => unknown): number {
  const startedAt = performance.now()
  read()
  return Buffer.byteLength(text) / 1e6 / ((performance.now() - startedAt) / 1_000)
}

function parseLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}
