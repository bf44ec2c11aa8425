import { describe, test } from 'vitest'
import {
  addTask,
  commit,
  converge,
  decide,
  faceModel,
  happen,
  write,
  type FaceModel,
} from '../../../test/helpers/face-model.ts'
import type { Party, Task } from '../task.ts'
import { SHOWN_MAX } from './decide.ts'
import { writeTaskFile } from './file.ts'

const scout: Party = { kind: 'run', run: 'scout-1', agent: 'scout' }
const gate = { verification: { commands: ['npm test'], deadlineMs: 60_000 } }

/** A board at rest with one task; its file is the first one. */
function atRest(changes: Partial<Task> = {}): { model: FaceModel; id: string; name: string } {
  const model = faceModel()
  const { id } = addTask(model, { title: 'Mend it', body: 'Soon.', ...changes })
  converge(model)
  return { model, id, name: model.shown.get(id)?.name ?? '' }
}

function put(model: FaceModel, path: string, text: string): void {
  model.files.set(path, { text, changedAt: model.now })
}

function move(model: FaceModel, from: string, to: string): void {
  put(model, to, model.files.get(from)?.text ?? '')
  model.files.delete(from)
}

const names = (model: FaceModel) => [...model.files.keys()].toSorted()
const textAt = (model: FaceModel, path: string) => model.files.get(path)?.text
const stateOf = (model: FaceModel, id: string) => model.tasks.get(id)?.state

describe('a file in the queue', () => {
  test('becomes a task under its own name, once nobody writes it any more', ({ expect }) => {
    const model = faceModel()
    put(model, 'queue/fix.md', '---\nreview: true\n---\n# Fix it\n\nNow.\n')
    expect(decide(model)).toEqual({ requests: [], memory: [], writes: [], lookAgainAt: model.now + 2_000 })
    converge(model)
    const [task] = [...model.tasks.values()]
    expect(task).toMatchObject({ title: 'Fix it', body: 'Now.', review: true, createdBy: { kind: 'file' } })
    expect(names(model)).toEqual(['queue/fix.md'])
    expect(textAt(model, 'queue/fix.md')).toBe(task && writeTaskFile({ task, dependsOn: [] }))
  })

  test('becomes one task although the daemon is killed before its file is written again', ({ expect }) => {
    const model = faceModel()
    put(model, 'queue/fix.md', '# Fix it\n')
    model.now += 5_000
    commit(model, decide(model))
    converge(model)
    expect(model.tasks.size).toBe(1)
  })

  test('that has mistakes stays, with the reason beside it until it is mended', ({ expect }) => {
    const model = faceModel()
    put(model, 'queue/fix.md', '---\npriority: high\ndepends_on: [t-zzzzzzzz]\n---\n# Fix it\n')
    converge(model)
    expect(textAt(model, 'queue/fix.reason.md')).toMatch(
      /^fix\.md is not taken as a task:\n- fix\.md:2: priority: must be/,
    )
    put(model, 'queue/fix.md', '---\ndepends_on: [t-zzzzzzzz]\n---\n# Fix it\n')
    converge(model)
    expect(textAt(model, 'queue/fix.reason.md')).toContain('there is no task t-zzzzzzzz')
    put(model, 'queue/fix.md', '# Fix it\n')
    converge(model)
    expect(names(model)).toEqual(['queue/fix.md'])
    expect(model.tasks.size).toBe(1)
  })

  test('that is a copy of a task, or of one that is over, adds none', ({ expect }) => {
    const { model, id, name } = atRest()
    put(model, 'queue/copy.md', `${textAt(model, `queue/${name}`)}More.\n`)
    converge(model)
    expect(textAt(model, 'queue/copy.reason.md')).toContain(`${id} has another file`)
    happen(model, id, { kind: 'cancel', reason: 'no' }, { kind: 'operator' })
    converge(model)
    expect(textAt(model, 'queue/copy.reason.md')).toContain(`${id} is no open task here`)
    expect(model.tasks.size).toBe(1)
  })
})

describe('the file of a task', () => {
  test.for([
    ['done', 'done', 'done'],
    ['delegated', 'claimed', 'delegated'],
  ] as const)('that is moved to %s/ makes it %s', ([folder, status, stays], { expect }) => {
    const { model, id, name } = atRest()
    move(model, `queue/${name}`, `${folder}/${name}`)
    converge(model)
    expect(stateOf(model, id)?.status).toBe(status)
    expect(names(model)).toEqual([`${stays}/${name}`])
  })

  test('goes on from delegated/ to done/ or back to the queue', ({ expect }) => {
    for (const [folder, status] of [
      ['done', 'done'],
      ['queue', 'todo'],
    ] as const) {
      const { model, id, name } = atRest()
      move(model, `queue/${name}`, `delegated/${name}`)
      converge(model)
      move(model, `delegated/${name}`, `${folder}/${name}`)
      converge(model)
      expect(stateOf(model, id)?.status).toBe(status)
    }
  })

  test.for(['done', 'delegated', undefined] as const)(
    'comes back with the reason when the task has a gate (%s)',
    (folder, { expect }) => {
      const { model, id, name } = atRest(gate)
      const path = `queue/${name}`
      if (folder === undefined) model.files.delete(path)
      else move(model, path, `${folder}/${name}`)
      converge(model)
      expect(stateOf(model, id)).toEqual({ status: 'todo' })
      expect(names(model)).toEqual([path, path.replace('.md', '.reason.md')].toSorted())
      expect(textAt(model, path.replace('.md', '.reason.md'))).toContain('it is to be verified or reviewed')
      happen(model, id, { kind: 'claim', lease: undefined }, scout)
      converge(model)
      expect(names(model)).toEqual([path])
    },
  )

  test('cancels the task when it is deleted, but not while an editor saves it', ({ expect }) => {
    const { model, id, name } = atRest()
    const text = textAt(model, `queue/${name}`) ?? ''
    model.files.delete(`queue/${name}`)
    const first = decide(model)
    expect(first).toMatchObject({ requests: [], lookAgainAt: model.now + 2_000 })
    commit(model, first)
    put(model, `queue/${name}`, text)
    converge(model)
    expect(stateOf(model, id)?.status).toBe('todo')
    model.files.delete(`queue/${name}`)
    converge(model)
    expect(stateOf(model, id)?.status).toBe('cancelled')
  })

  test('cancels nothing when the whole queue is gone', ({ expect }) => {
    const { model, id, name } = atRest()
    model.files.clear()
    model.isMissing = true
    converge(model)
    expect(stateOf(model, id)?.status).toBe('todo')
    expect(names(model)).toEqual([`queue/${name}`])
  })

  test('changes title and body of a task in todo, and nothing else of it', ({ expect }) => {
    const { model, id, name } = atRest()
    put(model, `queue/${name}`, '---\npriority: 9\n---\n# Mend that\n\nNow.\n')
    converge(model)
    expect(model.tasks.get(id)).toMatchObject({ title: 'Mend that', body: 'Now.', priority: 0 })
    const kept = `queue/${name.replace('.md', '.conflict')}`
    expect(textAt(model, `${kept}.md`)).toContain('priority: 9')
    expect(textAt(model, `${kept}.reason.md`)).toContain('not priority')
    model.files.delete(`${kept}.md`)
    converge(model)
    expect(names(model)).toEqual([`queue/${name}`])
  })

  test.for(['claimed', 'changed', 'done'] as const)(
    'is kept as a conflict when the task was %s meanwhile',
    (what, { expect }) => {
      const { model, id, name } = atRest()
      put(model, `queue/${name}`, '# Mend that\n\nMine.\n')
      const task = model.tasks.get(id)
      if (what === 'claimed') happen(model, id, { kind: 'claim', lease: undefined }, scout)
      else if (what === 'done') happen(model, id, { kind: 'finish', result: '' }, { kind: 'operator' })
      else if (task) model.tasks.set(id, { ...task, body: 'Theirs.' })
      converge(model)
      const now = model.tasks.get(id)
      expect(now?.title).toBe('Mend it')
      expect(textAt(model, `queue/${name.replace('.md', '.conflict.md')}`)).toBe('# Mend that\n\nMine.\n')
      expect(textAt(model, `queue/${name}`)).toBe(
        now && what !== 'done' ? writeTaskFile({ task: now, dependsOn: [] }) : undefined,
      )
    },
  )

  test('keeps the name that a person gives it, and its own when the title changes', ({ expect }) => {
    const { model, id, name } = atRest()
    move(model, `queue/${name}`, 'queue/mine.md')
    converge(model)
    const task = model.tasks.get(id)
    if (task) model.tasks.set(id, { ...task, title: 'Other' })
    converge(model)
    expect(names(model)).toEqual(['queue/mine.md'])
    expect(textAt(model, 'queue/mine.md')).toContain('# Other')
  })

  test('that takes the place of another one asks for nothing', ({ expect }) => {
    const { model, id, name } = atRest()
    const other = addTask(model, { title: 'Other' })
    converge(model)
    move(model, `queue/${name}`, `queue/${model.shown.get(other.id)?.name}`)
    converge(model)
    expect([stateOf(model, id), stateOf(model, other.id)]).toEqual([{ status: 'todo' }, { status: 'todo' }])
    expect(textAt(model, `queue/${name}`)).toContain('# Mend it')
  })
})

test('at most 500 tasks have a file, ready ones first, and a note says how many have none', ({ expect }) => {
  const model = faceModel()
  const held = addTask(model, { priority: 9, notBefore: 9_000_000_000 })
  for (let count = 0; count < SHOWN_MAX + 2; count += 1) addTask(model, { title: `Task ${count}` })
  converge(model)
  expect(model.files.size).toBe(SHOWN_MAX + 1)
  expect(model.shown.has(held.id)).toBe(false)
  expect(textAt(model, 'queue/_more.md')).toContain('# 3 more open tasks')
  for (const id of [...model.tasks.keys()].slice(1, 4))
    happen(model, id, { kind: 'finish', result: '' }, { kind: 'operator' })
  converge(model)
  expect(model.files.size).toBe(SHOWN_MAX)
  expect(textAt(model, 'queue/_more.md')).toBeUndefined()
})

test('a task that makes room for others is not cancelled for want of its file', ({ expect }) => {
  const { model, id } = atRest()
  for (let count = 0; count < SHOWN_MAX; count += 1) addTask(model, { title: `Task ${count}`, priority: 1 })
  converge(model)
  expect(stateOf(model, id)).toEqual({ status: 'todo' })
  expect(model.shown.has(id)).toBe(false)
})

test('a file that was changed since it was looked at is not written over', ({ expect }) => {
  const { model, id, name } = atRest()
  happen(model, id, { kind: 'claim', lease: undefined }, scout)
  const decision = decide(model)
  commit(model, decision)
  put(model, `queue/${name}`, '# Mine\n')
  write(model, decision.writes)
  expect(textAt(model, `queue/${name}`)).toBe('# Mine\n')
  converge(model)
  expect(textAt(model, `queue/${name.replace('.md', '.conflict.md')}`)).toBe('# Mine\n')
})

test('what was written right before the daemon was killed is not taken for the text of a person', ({
  expect,
}) => {
  const { model, id, name } = atRest()
  for (const body of ['One.', 'Two.']) {
    const task = model.tasks.get(id)
    if (task) model.tasks.set(id, { ...task, body })
    const decision = decide(model)
    commit(model, decision)
    write(model, decision.writes)
  }
  converge(model)
  expect(names(model)).toEqual([`queue/${name}`])
  expect(textAt(model, `queue/${name}`)).toContain('Two.')
})

test('a task that is begun afresh while its file goes is not cancelled for want of it', ({ expect }) => {
  const { model, id } = atRest()
  happen(model, id, { kind: 'fail', reason: 'no' }, { kind: 'operator' })
  const decision = decide(model)
  commit(model, decision)
  write(model, decision.writes)
  happen(model, id, { kind: 'retry' }, { kind: 'operator' })
  converge(model)
  expect(stateOf(model, id)).toEqual({ status: 'todo' })
})
