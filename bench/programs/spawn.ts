/**
 * A process that does nothing but start the launcher at given times: `spawn.ts LAUNCHER FOLDER EPOCH_MS...`. Prints how
 * late each start was, in ms, as JSON.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const [launcher = '', base = '', ...times] = process.argv.slice(2)
const lateness: number[] = []
for (const [index, text] of times.entries()) {
  const dueAt = Number(text)
  while (Date.now() < dueAt) await sleep(dueAt - Date.now())
  const folder = join(base, String(index))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'prompt'), 'work')
  spawn(launcher, [folder, '65536', '/dev/null', 'true', 'work'], { detached: true, stdio: 'ignore' }).unref()
  lateness.push(Date.now() - dueAt)
}
process.stdout.write(JSON.stringify(lateness))
