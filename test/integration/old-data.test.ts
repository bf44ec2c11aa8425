/** Data of every released version must open, whatever becomes of the program. */
import { readdir, readFile, mkdir } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { readConfig } from '../../src/config/load.ts'
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
import { test } from '../helpers/temp-dir.ts'

const data = join(import.meta.dirname, '..', 'data')
const everything = { after: undefined, since: undefined, kinds: [], agent: undefined, run: undefined }
const versions = await readdir(data)

test.for(versions)(
  'the store of %s opens with everything that was in it',
  async (version, { dir, expect }) => {
    await mkdir(join(dir, 'state'))
    const old = new DatabaseSync(storePath(join(dir, 'state')))
    old.exec(await readFile(join(data, version, 'store.sql'), 'utf8'))
    old.close()
    const db = await openStore(join(dir, 'state'), Date.UTC(2026, 10, 20, 9))
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
  },
)

test.for(versions)('the configuration of %s loads without a mistake', async (version, { expect }) => {
  const { config, problems } = await readConfig(join(data, version, 'marrow.toml'))
  expect(problems).toEqual([])
  expect(config?.agents.map(({ name }) => name)).toEqual(['scout', 'refit'])
})
