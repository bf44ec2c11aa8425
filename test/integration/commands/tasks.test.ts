import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLong, marrowProgram, sh, test, type ProgramEnd, type Site } from '../../helpers/spawned-daemon.ts'
import { startProgram } from '../../helpers/programs.ts'

const agents = { scout: { agent_command: sh('true'), wake_on: '["handoff"]' } }
const queueOf = (site: Site) => readdirSync(join(site.workspace, 'tasks', 'queue')).toSorted()

/** Not all at the same instant: 50 Node processes at once are no test of the queue but of the machine's memory. */
async function addMany(site: Site, count: number): Promise<ProgramEnd[]> {
  const ends: ProgramEnd[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      next += 1
      ends.push(await site.marrow('task', 'add', 'Mend', 'the', 'roof', '--json'))
    }
  }
  await Promise.all(Array.from({ length: 10 }, worker))
  return ends
}

test('50 parallel adds of one title give 50 files through the daemon', async ({ site, expect }) => {
  await site.write(agents)
  const daemon = await site.start()
  const asked = Array.from({ length: 50 }, () => daemon.ask('addTask', { title: 'Mend the roof' }))
  const files = (await Promise.all(asked)).map(({ file }) => file)
  expect(new Set(files).size).toBe(50)
  expect(queueOf(site)).toEqual(files.toSorted())
})

test('parallel adds without a daemon give as many', async ({ site, expect }) => {
  await site.write(agents)
  const count = isLong ? 50 : 20
  const ends = await addMany(site, count)
  expect(ends.filter(({ code }) => code !== 0)).toEqual([])
  const files = ends.map(({ out }): string => JSON.parse(out).file)
  expect(new Set(files).size).toBe(count)
  expect(queueOf(site)).toEqual(files.toSorted())
})

test('what it prints: the file and what happens next', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('true'), wake_on: '["tasks"]' } })
  const alone = await site.marrow('task', 'add', 'Mend', '-b', 'All of it.')
  const [file = ''] = queueOf(site)
  expect(alone).toEqual({
    code: 0,
    out: `✓ task submitted: ${file}\n  No daemon runs; the task waits until: marrow run -c ${site.configPath}\n`,
    err: '',
  })
  expect(file).toMatch(/^\d{8}-\d{6}-Mend\.md$/)
  expect(readFileSync(join(site.workspace, 'tasks', 'queue', file), 'utf8')).toBe('# Mend\n\nAll of it.\n')
  await site.start()
  expect((await site.marrow('task', 'add', 'more')).out).toMatch(
    /^✓ task submitted: \S+-more\.md\n {2}scout is woken for it now/,
  )
  await site.marrow('pause')
  expect((await site.marrow('task', 'add', 'later')).out).toContain('Everything is paused')
})

test('a task without a title is refused, and nothing is written', async ({ site, expect }) => {
  await site.write(agents)
  const refused = { code: 1, out: '', err: expect.stringContaining('title is required') }
  expect(await site.marrow('task', 'add', ' ')).toEqual(refused)
  expect(readdirSync(site.workspace)).toEqual([])
})

test('the list is the same with a daemon and without one', async ({ site, expect }) => {
  await site.write(agents)
  expect(await site.marrow('task', 'list')).toEqual({ code: 0, out: '(no tasks in queue)\n', err: '' })
  await site.marrow('task', 'add', 'a \u001b[2J c')
  await site.marrow('task', 'add', 'b')
  const alone = await site.marrow('task', 'list')
  expect(alone.out.split('\n')).toEqual([
    expect.stringMatching(/^\S+\.md {2}a c$/),
    expect.stringMatching(/^\S+\.md {2}b$/),
    '',
  ])
  const json = await site.marrow('task', 'list', '--json')
  await site.start()
  expect(await site.marrow('task', 'list')).toEqual(alone)
  expect((await site.marrow('task', 'list', '--json')).out).toBe(json.out)
})

test('a list that is longer than its reader wants is no error', async ({ site, expect }) => {
  await site.write(agents)
  await site.marrow('task', 'add', 'x'.repeat(40))
  const words = ['-c', `"${marrowProgram}" task list -c "${site.configPath}" | head -c 3`]
  const piped = startProgram('sh', words)
  expect(await piped.ended).toBe(0)
  expect(piped.err()).toBe('')
})
