import { test } from 'vitest'
import { foldersLayer } from './folders.ts'
import { baseLayer } from './instruction.ts'
import { renderPrompt } from './layers.ts'
import { taskLayer } from './task.ts'

const folders = foldersLayer({ workspace: '/ws', workDir: '/src/app', notes: '/ws/runtime/notes/scout' })

test('the folders of an agent stand in its prompt in full, before all that changes', ({ expect }) => {
  const task = taskLayer({
    agent: 'scout',
    parent: 'scout-1',
    parentRole: undefined,
    task: 'Look.',
    deadline: 0,
    detached: false,
  })
  const trigger = { ...task, kind: 'trigger', name: 'trigger', text: 'woken' } as const
  const prompt = renderPrompt([trigger, task, folders, baseLayer])
  const places = ['wakes on a heartbeat', '--- [Folders] ---', '--- [Task] ---', '--- [trigger] ---']
  expect(places.map((one) => prompt.indexOf(one))).toEqual(
    places.map((one) => prompt.indexOf(one)).toSorted((a, b) => a - b),
  )
  expect(prompt).toContain(
    '$MARROW_WORKSPACE is /ws\n$MARROW_WORK_DIR is /src/app\n$MARROW_NOTES is /ws/runtime/notes/scout\n',
  )
})
