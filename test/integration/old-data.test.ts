/** Data of every version must open, whatever becomes of the program. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { migrations, READABLE_FROM } from '../../src/daemon/migrations.ts'
import { openStore, storePath } from '../../src/daemon/open-store.ts'
import { readPause } from '../../src/daemon/pause.ts'
import { mayStart } from '../../src/heartbeat/breaker.ts'
import { readAgents } from '../../src/heartbeat/store/agents.ts'
import { openTicks, tickHistory } from '../../src/heartbeat/store/ticks.ts'
import { pendingWakes } from '../../src/heartbeat/store/triggers.ts'
import { spentBetween } from '../../src/limits/store.ts'
import { readEvents } from '../../src/observability/store.ts'
import { lastRuns, openRuns } from '../../src/runner/store.ts'
import { describeOutcome } from '../../src/runner/outcome.ts'
import { migrate, openDatabase, type Row } from '../../src/platform/sqlite.ts'
import { oldData, placeOld, queriesOf, rowsOf, schemaOf, type OldPlace } from '../helpers/old-data.ts'
import { marrowProgram } from '../helpers/spawned-daemon.ts'
import { test } from '../helpers/temp-dir.ts'

const everything = { after: undefined, since: undefined, kinds: [], agent: undefined, run: undefined }
const newest = migrations.at(-1)?.number ?? 0
const NOW = Date.UTC(2026, 10, 21, 9)

describe.for(oldData)('the store of %s', (name) => {
  test('comes to the schema of a new one, and keeps every row as it was', async ({ dir, expect }) => {
    const place = await placeOld(name, dir)
    const kept = keeper(place)
    const before = kept()
    expect([...before.values()].every((rows) => rows.length > 0)).toBe(true)
    await bringUp(place)
    expect(kept()).toEqual(before)
    expect(rowsOf(place, "select value from meta where key = 'schema'")).toEqual([{ value: String(newest) }])
    expect(schemaOf(place)).toEqual(await newSchema(dir))
  })

  test('has what its steps make: none of them was changed since', async ({ dir, expect }) => {
    const place = await placeOld(name, dir)
    const made = { stateDir: join(dir, 'made') }
    await mkdir(made.stateDir)
    stepUp(made, numberOf(place))
    expect(schemaOf(made)).toEqual(schemaOf(place))
  })

  test('goes on from every step in between', async ({ dir, expect }) => {
    const expected = await newSchema(dir)
    const from = numberOf(await placeOld(name, await makeFolder(dir, 'first')))
    for (let step = from + 1; step < newest; step += 1) {
      const place = await placeOld(name, await makeFolder(dir, String(step)))
      const kept = keeper(place)
      const before = kept()
      stepUp(place, step)
      expect(numberOf(place)).toBe(step)
      await bringUp(place)
      expect([step, schemaOf(place), kept()]).toEqual([step, expected, before])
    }
  })

  test('is as it was after a kill -9 in the middle of the steps, and comes up the next time', async ({
    dir,
    expect,
  }) => {
    const place = await placeOld(name, dir)
    const [from, kept, schema] = [numberOf(place), keeper(place), schemaOf(place)]
    const before = kept()
    const half = Math.ceil((from + newest) / 2)
    const dying = spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      killedAt(half),
      storePath(place.stateDir),
    ])
    expect(dying).toMatchObject({ signal: 'SIGKILL' })
    expect([numberOf(place), schemaOf(place), kept()]).toEqual([from, schema, before])
    await bringUp(place)
    expect([schemaOf(place), kept()]).toEqual([await newSchema(dir), before])
  })

  test('is told of by commands without a daemon, which leave it as it is', async ({ dir, expect }) => {
    const place = await placeOld(name, dir)
    const [from, kept] = [numberOf(place), keeper(place)]
    const before = kept()
    const [first] = rowsOf(place, 'select agent, id from runs order by rowid')
    const agent = String(first?.['agent'])
    await mkdir(join(dir, 'team'))
    expect(await marrow(place, 'export')).toContain(String(first?.['id']))
    expect(await marrow(place, 'report', '--since', '2026-11-20T00:00:00Z')).toContain(`\n  ${agent}: `)
    expect(await marrow(place, 'dry-run', agent)).toContain('$MARROW_WORKSPACE')
    await marrow(place, 'clean')
    expect([numberOf(place), kept()]).toEqual([from, before])
  })

  test('comes with a configuration that loads without a mistake, with the same agents', async ({
    dir,
    expect,
  }) => {
    const place = await placeOld(name, dir)
    const { config, problems } = await readConfig(place.configPath)
    expect(problems).toEqual([])
    expect(config?.agents.map((agent) => ({ name: agent.name }))).toEqual(
      rowsOf(place, 'select name from agents order by rowid'),
    )
  })
})

/** What a command of the built program prints, for as long as it ends well. */
async function marrow({ configPath }: OldPlace, ...words: string[]): Promise<string> {
  return (await promisify(execFile)(marrowProgram, [...words, '-c', configPath])).stdout
}

/** Reads all rows of a store in the columns that it has at first. */
function keeper(place: OldPlace): () => Map<string, Row[]> {
  const queries = [...queriesOf(place)]
  return () =>
    new Map(
      queries.map(([table, sql]) => [
        table,
        rowsOf(place, sql).filter(({ key }) => table !== 'meta' || key !== 'schema'),
      ]),
    )
}

async function bringUp({ stateDir }: Pick<OldPlace, 'stateDir'>): Promise<void> {
  const db = await openStore(stateDir, NOW)
  db.close()
}

/** As a program would that knows no more steps. */
function stepUp({ stateDir }: Pick<OldPlace, 'stateDir'>, last: number): void {
  const db = openDatabase(storePath(stateDir), { readOnly: false })
  migrate(
    db.raw,
    migrations.filter(({ number }) => number <= last),
    READABLE_FROM,
  )
  db.close()
}

/** A program that is killed when it has come to a step. */
function killedAt(step: number): string {
  const source = join(import.meta.dirname, '..', '..', 'src')
  return `import { migrate, openDatabase } from ${JSON.stringify(join(source, 'platform', 'sqlite.ts'))}
    import { migrations } from ${JSON.stringify(join(source, 'daemon', 'migrations.ts'))}
    const { raw } = openDatabase(process.argv[1], { readOnly: false })
    raw.function('die', () => process.kill(process.pid, 'SIGKILL'))
    const last = { number: ${step}, sql: 'select die()' }
    migrate(raw, [...migrations.filter(({ number }) => number < ${step}), last], 1)`
}

function numberOf(place: OldPlace): number {
  return Number(rowsOf(place, "select value from meta where key = 'schema'")[0]?.['value'])
}

async function newSchema(dir: string): Promise<string[]> {
  const place = { stateDir: await makeFolder(dir, 'new') }
  await bringUp(place)
  return schemaOf(place)
}

async function makeFolder(dir: string, name: string): Promise<string> {
  const folder = join(dir, name)
  await mkdir(folder)
  return folder
}

test('what 0.1.0 knew of its agents is read as it was meant', async ({ dir, expect }) => {
  const { stateDir } = await placeOld('v0.1.0', dir)
  const db = await openStore(stateDir, Date.UTC(2026, 10, 20, 9))
  const at = { wall: Date.UTC(2026, 10, 20, 8, 30), mono: 1, boot: 'another' }
  await db.read((tx) => {
    const agents = readAgents(tx)
    const scout = agents.get('scout')
    expect(scout).toMatchObject({ tickCount: 2, missedCount: 2, progress: { attempts: 2 } })
    expect(scout && mayStart(scout.breaker, at)).toMatchObject({
      allowed: false,
      reason: 'rate limit: quota',
    })
    expect(agents.get('refit')?.paused?.reason).toBe('holiday')
    expect(openTicks(tx).map(({ agent, number }) => [agent, number])).toEqual([['scout', 2]])
    expect(tickHistory(tx, 'scout').last?.end).toMatchObject({ kind: 'ran', ok: false })
    expect(openRuns(tx).map(({ id }) => id)).toEqual(['scout-20261120-080200-000-efgh'])
    const ended = lastRuns(tx, 'scout', 5).find(({ state }) => state === 'ended')
    expect(ended?.outcome && describeOutcome(ended.outcome)).toBe('failed: quota')
    expect(ended?.reading?.usage?.inputTokens).toBe(10)
    expect([...pendingWakes(tx).keys()].toSorted()).toEqual(['refit', 'scout'])
    expect(readEvents(tx, { ...everything, limit: 9 })).toHaveLength(1)
    expect(spentBetween(tx, 0, Number.MAX_SAFE_INTEGER).get('scout')).toMatchObject({
      ended: { runs: 1, tokens: 12, usd: 0.01, tokensAbout: false },
      going: { runs: 1, tokensAbout: true },
    })
    const nobody = { life: { pausedByFile: undefined }, config: { stateDir: dir } }
    expect(readPause(nobody, tx)?.reason).toBe('by the operator')
  })
  db.close()
})
