/** Tasks of several projects under one daemon: each reaches the agents of its own and nobody else. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sh, test, type Home, type LiveDaemon } from '../helpers/daemon.ts'

const worker = { agent_command: sh('true'), wake_on: '["tasks"]' }

/** The project site beside the usual one: a workspace and a work_dir of its own. */
async function twoProjects(home: Home): Promise<{ readonly site: string; readonly workspace: string }> {
  const [site, workspace] = [join(home.dir, 'site'), join(home.dir, 'site-ws')]
  for (const folder of [join(site, 'src'), join(workspace, 'tasks', 'queue')])
    mkdirSync(folder, { recursive: true })
  await home.write({
    scout: worker,
    'scout@site': { ...worker, workspace: `'${workspace}'`, work_dir: `'${site}'` },
  })
  return { site, workspace }
}

/** Who was run for tasks, in order. */
async function worked(daemon: LiveDaemon, count: number): Promise<string[]> {
  const runs = (await daemon.ended(count)).slice(2) // The first two are the first ticks.
  return runs.map(({ agent }) => agent)
}

test('a task goes to the project of the folder, also behind a link, and wakes nobody else', async ({
  home,
  expect,
}) => {
  const { site, workspace } = await twoProjects(home)
  symlinkSync(site, join(home.dir, 'link'))
  const daemon = await home.start()
  await daemon.ended(2)
  const added = await daemon.handlers.addTask({ title: 'Mend', folder: join(home.dir, 'link', 'src') })
  expect(added).toMatchObject({
    project: 'site',
    project_by: 'folder',
    path: join(workspace, 'tasks', 'queue', added.file),
    next: expect.stringMatching(/^scout@site is woken/),
  })
  expect(await worked(daemon, 3)).toEqual(['scout@site'])
  const first = await daemon.handlers.addTask({ title: 'Sweep', folder: '/' })
  expect(first).toMatchObject({ project: 'default', project_by: 'first' })
  expect(await worked(daemon, 4)).toEqual(['scout@site', 'scout'])
})

test('a file in the queue of a project wakes its agents alone', async ({ home, expect }) => {
  const { workspace } = await twoProjects(home)
  const daemon = await home.start()
  await daemon.ended(2)
  await writeFile(join(workspace, 'tasks', 'queue', 'a.md'), '# Mend\n')
  expect(await worked(daemon, 3)).toEqual(['scout@site'])
  const wakes = await daemon.events('wake.received')
  expect(wakes.map(({ agent }) => agent)).toEqual(['scout@site'])
})

test('the tasks of a project, of all, and of one that is not there', async ({ home, expect }) => {
  const { site } = await twoProjects(home)
  const daemon = await home.start({ scheduled: false })
  const { addTask, tasks } = daemon.handlers
  await addTask({ title: 'One' })
  await addTask({ title: 'Two', project: 'site' })
  const titles = async (...wanted: Parameters<typeof tasks>) => {
    const answer = await tasks(...wanted)
    return answer.tasks.map(({ title, project }) => `${project}: ${title}`)
  }
  expect(await titles({})).toEqual(['default: One'])
  expect(await titles({ folder: site })).toEqual(['site: Two'])
  expect(await titles({ project: '*' })).toEqual(['default: One', 'site: Two'])
  await expect(addTask({ title: 'x', project: 'sitr' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    fix: expect.stringContaining('Did you mean site?'),
  })
})
