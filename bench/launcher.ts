/** Measures what the launcher adds to a command, from its start to its end. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launcher, plainEnvironment } from './checkout.ts'
import type { Figure } from './report.ts'
import { median } from './statistics.ts'

const ROUNDS = 200

/** `true` through the launcher, in turns with `true` itself. */
export async function launcherCost(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'mwb-'))
  const [through, alone]: [number[], number[]] = [[], []]
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = join(dir, String(round))
      mkdirSync(folder)
      through.push(await timeOf([launcher, folder, '65536', '/dev/null', 'true']))
      alone.push(await timeOf(['true']))
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  const [subject, baseline] = [median(through), median(alone)]
  return [
    { name: 'one command through the launcher', unit: 'ms', subject, baseline },
    { name: 'the launcher beyond the command', unit: 'ms', subject: subject - baseline, baseline: null },
  ]
}

async function timeOf([program = '', ...words]: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(program, words, { env: plainEnvironment, stdio: 'ignore' })
  await new Promise((resolve) => child.once('exit', resolve))
  return performance.now() - startedAt
}
