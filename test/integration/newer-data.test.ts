/** The store of a newer marrow: used where that one allows it, and else refused by everything that would read it. */
import { describe } from 'vitest'
import { migrations } from '../../src/daemon/migrations.ts'
import { sh, test, type Site } from '../helpers/spawned-daemon.ts'

const own = migrations.at(-1)?.number ?? 0
const newer = own + 2

/** A stopped site with one run on record, whose store a newer marrow has changed since. */
async function changedSince(site: Site, readableFrom: number): Promise<void> {
  await site.write({ scout: { agent_command: sh('echo done'), heartbeat_interval: '86400' } })
  expectWell(await site.marrow('run-once', 'scout'))
  site.alter(`create table shifts (id integer primary key, title text not null);
    insert into shifts (title) values ('night');
    alter table runs add column shift integer;
    update runs set shift = 1;
    update meta set value = '${newer}' where key = 'schema';
    update meta set value = '${readableFrom}' where key = 'readable_from'`)
}

function expectWell({ code, err }: { readonly code: number; readonly err: string }): void {
  if (code !== 0) throw new Error(err)
}

const version = (site: Site) =>
  site
    .rows("select value from meta where key in ('schema', 'readable_from') order by key desc")
    .map(Object.values)

describe('a store that needs a newer marrow', () => {
  test('is refused in the same words by the daemon and by each command that reads it, and stays as it is', async ({
    site,
    expect,
  }) => {
    await changedSince(site, own + 1)
    site.alter('alter table agents rename to actors; alter table events rename to facts')
    const refusing = [['run'], ['run-once', 'scout'], ['dry-run'], ['report'], ['export'], ['clean']]
    for (const words of refusing) {
      expect([words, await site.marrow(...words)]).toEqual([
        words,
        {
          code: 1,
          out: '',
          err: `Cannot use the store: it needs schema ${own + 1}, this marrow knows ${own}.
Fix: Run the newer marrow again, or restore a backup from the backups folder of the state.
`,
        },
      ])
    }
    const problem = `the store needs a newer marrow: schema ${own + 1}, this one knows ${own}`
    expect((await site.marrow('doctor')).err).toContain(problem)
    expect(version(site)).toEqual([[String(newer)], [String(own + 1)]])
    expect(site.rows('select name from actors')).toEqual([{ name: 'scout' }])
  })
})

describe('a store of a newer marrow that lets this one work on it', () => {
  test('is worked on, and keeps what only the newer one knows', async ({ site, expect }) => {
    await changedSince(site, own)
    await site.start()
    expectWell(await site.marrow('run-once', 'scout'))
    expect(site.rows('select shift, state from runs order by recorded_at')).toEqual([
      { shift: 1, state: 'ended' },
      { shift: null, state: 'ended' },
    ])
    expect(site.rows('select title from shifts')).toEqual([{ title: 'night' }])
    expect(version(site)).toEqual([[String(newer)], [String(own)]])
  })
})
