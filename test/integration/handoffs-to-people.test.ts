/** What agents leave for a person: an event for each file, once. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { drive, sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { FakeClock } from '../helpers/fake-clock.ts'

const idle = { scout: { agent_command: sh('true') } }

function folderOf(home: Home): string {
  const folder = join(home.workspace, 'runtime', 'handoff', 'scout-to-human')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A daemon that has looked at the handoffs once. */
async function settled(home: Home, clock: FakeClock): Promise<LiveDaemon> {
  const daemon = await home.start({ clock })
  await drive(clock, async () => (await daemon.runs())[0]?.state === 'ended')
  return daemon
}

describe('a handoff to a person', () => {
  test('is an event with its title, and what lay there before is none', async ({ home, expect }) => {
    const folder = folderOf(home)
    writeFileSync(join(folder, 'old.md'), '# An old one')
    await home.write(idle)
    const clock = new FakeClock()
    const daemon = await settled(home, clock)
    writeFileSync(join(folder, 'q.md'), 'hello\n# Which of \u001b[2Jboth?\n')
    symlinkSync('/etc/passwd', join(folder, 'link.md'))
    const left = () => daemon.events('handoff.left')
    await drive(clock, async () => (await left()).length > 0)
    writeFileSync(join(folder, 'q.md'), '# Which of both, or a third?\n')
    for (let look = 0; look < 20; look += 1) await clock.advance(10_000)
    expect(await left()).toMatchObject([
      { agent: 'scout', data: { from: 'scout', file: 'q.md', title: 'Which of both?' } },
    ])
  })

  test('is found by the next daemon when it came while none ran', async ({ home, expect }) => {
    await home.write(idle)
    const clock = new FakeClock()
    const first = await settled(home, clock)
    first.handOver()
    await first.gone()
    writeFileSync(join(folderOf(home), 'q.md'), 'no heading')
    const next = await home.start({ clock })
    await drive(clock, async () => (await next.events('handoff.left')).length > 0)
    expect(await next.events('handoff.left')).toMatchObject([{ data: { title: 'q' } }])
  })

  test('in a crowd is told of all the same, a hundred with each look', async ({ home, expect }) => {
    await home.write(idle)
    const folder = folderOf(home)
    const clock = new FakeClock()
    const daemon = await settled(home, clock)
    for (let index = 0; index < 250; index += 1) writeFileSync(join(folder, `${index}.md`), `# ${index}`)
    const looks = async () => {
      const sql = "select count(*) as left from events where kind = 'handoff.left' group by at"
      return (await daemon.core.db.read((tx) => tx.all(sql))).map(({ left }) => left)
    }
    await eventually('the looks at all of them', async () => {
      await clock.advance(5_000)
      return (await looks()).length >= 3 ? true : undefined
    })
    for (let look = 0; look < 10; look += 1) await clock.advance(10_000)
    expect(await looks()).toEqual([100, 100, 50])
  })
})
