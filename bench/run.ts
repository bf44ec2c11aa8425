/**
 * Measures marrow as built, prints a table and writes `bench/results/<time>.json`: `node bench/run.ts [NAME...]`. Exits 1
 * when a ratio misses its aim. What each benchmark does is in docs/benchmarks.md.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { adapters } from './adapters.ts'
import { fiveHundred, hundred, hundredWithProviders, instant, single } from './arrivals.ts'
import { board } from './board.ts'
import { root } from './checkout.ts'
import { delegation } from './delegation.ts'
import { door } from './door.ts'
import { idle } from './idle.ts'
import { launcherCost } from './launcher.ts'
import { predicate } from './predicate.ts'
import { assembly, quietTick } from './quiet.ts'
import { judge, tableOf, type Figure, type Judged } from './report.ts'
import { startUp } from './start-up.ts'
import { wallCost } from './wall.ts'

const benchmarks: Readonly<Record<string, () => Promise<Figure[]>>> = {
  'start-up': startUp,
  launcher: launcherCost,
  wall: wallCost,
  single,
  hundred,
  'hundred-with-providers': hundredWithProviders,
  'five-hundred': fiveHundred,
  instant,
  'quiet-tick': quietTick,
  assembly,
  idle,
  door,
  adapters,
  board,
  predicate,
  delegation,
}

process.exitCode = await run(process.argv.slice(2))

async function run(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name))
  if (unknown.length > 0)
    return refuse(`no benchmark ${unknown.join(', ')}`, `Choose of: ${Object.keys(benchmarks).join(', ')}`)
  if (process.platform !== 'linux') return refuse('this machine has no /proc', 'Run it on Linux.')
  if (!existsSync(join(root, 'dist', 'cli.js'))) return refuse('marrow is not built', 'npm run build')
  const figures: Judged[] = []
  for (const [name, benchmark] of Object.entries(benchmarks)) {
    if (names.length > 0 && !names.includes(name)) continue
    if (process.stderr.isTTY) process.stderr.write(`${name}...\n`)
    figures.push(...(await benchmark()).map(judge))
  }
  for (const line of tableOf(figures)) console.log(line)
  const load = loadavg()[1]?.toFixed(1)
  console.log(
    `\nOn ${cpus().length} processors with a load of ${load}: the more load, the less an absolute figure says.`,
  )
  console.log(`Written to ${writeResults(figures)}`)
  return figures.some(({ ratioAim }) => ratioAim === 'missed') ? 1 : 0
}

function writeResults(figures: readonly Judged[]): string {
  const at = new Date().toISOString()
  const folder = join(root, 'bench', 'results')
  const path = join(folder, `${at.replaceAll(':', '-')}.json`)
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, load: loadavg(), node: process.version }
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, `${JSON.stringify({ at, machine, figures }, null, 2)}\n`)
  return path
}

function refuse(reason: string, fix: string): number {
  console.error(`Cannot measure: ${reason}.\nFix: ${fix}`)
  return 2
}
