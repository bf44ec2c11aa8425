import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../../../test/helpers/temp-dir.ts'
import { SimStore } from '../store.ts'
import { workOnTasks } from './workspace.ts'

test('agents that work one queue at the same moment complete each task once', async ({ dir, expect }) => {
  const files = Array.from({ length: 50 }, (_, index) => `20261120-${100 + index}.md`)
  mkdirSync(join(dir, 'tasks/queue'), { recursive: true })
  for (const file of files) writeFileSync(join(dir, 'tasks/queue', file), `# ${file}\n`)
  const works = await Promise.all(
    ['alice', 'bob', 'carol'].map((agent) => {
      const self = { agent, run: agent, workspace: dir, workDir: dir }
      return workOnTasks(self, files.length, 1, new SimStore(join(dir, agent)))
    }),
  )
  expect(works.flatMap(({ completed }) => completed).toSorted()).toEqual(files)
  expect(readdirSync(join(dir, 'tasks/done')).toSorted()).toEqual(files)
})
