import * as fc from 'fast-check'
import { test } from 'vitest'
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
import { isOver, NOTHING_LEFT, type Party, type Task } from '../task.ts'
import type { TaskEvent } from '../transitions.ts'
import { writeTaskFile } from './file.ts'
import { saysTask } from './names.ts'

const rounds = process.env['MARROW_TEST_LONG'] === '1' ? 20_000 : 400
const operator: Party = { kind: 'operator' }
const scout: Party = { kind: 'run', run: 'scout-1', agent: 'scout' }

const folder = fc.constantFrom('queue', 'queue', 'done', 'delegated')
const pick = fc.nat({ max: 30 })
const person = fc.oneof(
  fc.record({ kind: fc.constant('create'), folder: fc.constant('queue'), pick, other: pick }),
  fc.record({
    kind: fc.constantFrom(
      'edit',
      'edit',
      'behead',
      'break',
      'move',
      'move',
      'delete',
      'rename',
      'copy',
      'replace',
      'restore',
    ),
    folder,
    pick,
    other: pick,
  }),
)
const board = fc.record({
  kind: fc.constantFrom('add', 'gated', 'claim', 'finish', 'fail', 'cancel', 'change', 'retry', 'release'),
  folder,
  pick,
  other: pick,
})
const daemon = fc.record({
  kind: fc.constantFrom('pass', 'pass', 'pass', 'cut', 'race', 'later'),
  folder,
  pick,
  other: pick,
})
const step = fc.oneof(
  { weight: 4, arbitrary: person },
  { weight: 2, arbitrary: board },
  { weight: 5, arbitrary: daemon },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

interface People {
  readonly model: FaceModel
  /** Marks of texts that nobody threw away. */
  readonly marks: Set<string>
  /** In how many tasks each mark may be. */
  readonly most: Map<string, number>
  readonly deleted: string[]
  /** Paths that were emptied by somebody. */
  readonly emptied: Set<string>
  count: number
}

const marksIn = (text: string): string[] => text.match(/mark-\d+;/g) ?? []

/** Whoever takes a text away with their own hands does not miss it. */
function takeAway({ model, marks, emptied }: People, path: string): string {
  const text = model.files.get(path)?.text ?? ''
  if (model.files.delete(path)) emptied.add(path)
  for (const mark of marksIn(text)) marks.delete(mark)
  return text
}

function put(people: People, path: string, text: string, isCopy: boolean): void {
  const { model, most } = people
  takeAway(people, path)
  for (const mark of marksIn(text)) {
    most.set(mark, (most.get(mark) ?? 1) + (isCopy ? 1 : 0))
  }
  model.files.set(path, { text, changedAt: model.now })
}

/** A text that is only put elsewhere is missed as much as before: the board may have written over what it says. */
function act(people: People, deed: Step): void {
  const before = new Set(people.marks)
  const text = actOnce(people, deed)
  for (const mark of marksIn(text)) if (before.has(mark)) people.marks.add(mark)
}

/** Returns the text that is there afterwards. */
function actOnce(people: People, { kind, folder: to, pick: index, other }: Step): string {
  const { model, marks, deleted } = people
  const paths = [...model.files.keys()].filter((one) => !one.includes('.reason.') && !one.includes('_more'))
  const path = paths[index % Math.max(1, paths.length)]
  const mark = `mark-${people.count};`
  people.count += 1
  if (kind === 'create') {
    marks.add(mark)
    const head = ['', '---\nreview: true\n---\n', '---\npriority: x\n---\n', ''][other % 4] ?? ''
    put(people, `${to}/f${index % 8}.md`, `${head}# Title ${other}\n\n${mark}\n`, false)
    return ''
  }
  if (kind === 'restore') {
    const text = deleted[index % Math.max(1, deleted.length)]
    if (text !== undefined) put(people, `${to}/f${other % 8}.md`, text, true)
    return text ?? ''
  }
  if (path === undefined) return ''
  const text = model.files.get(path)?.text ?? ''
  const [from = '', name = ''] = path.split('/')
  if (kind === 'edit') {
    marks.add(mark)
    model.files.set(path, { text: `${text}${mark}\n`, changedAt: model.now })
  } else if (kind === 'behead') put(people, path, text.replace(/^---\n[\s\S]*?\n---\n/, ''), true)
  else if (kind === 'break') put(people, path, `---\n${text}`, false)
  else if (kind === 'delete') {
    deleted.push(takeAway(people, path))
    return ''
  } else if (kind === 'copy') put(people, `${to}/f${other % 8}.md`, text, true)
  else {
    const target = kind === 'move' ? `${to}/${name}` : `${from}/f${other % 8}.md`
    if (kind === 'replace' || (!model.files.has(target) && target !== path)) {
      if (target === path) return ''
      takeAway(people, path)
      put(people, target, text, true)
    }
  }
  return text
}

const events: Readonly<Record<string, readonly [TaskEvent, Party]>> = {
  claim: [{ kind: 'claim', lease: undefined }, scout],
  finish: [{ kind: 'finish', result: 'well' }, operator],
  fail: [{ kind: 'fail', reason: 'no' }, operator],
  cancel: [{ kind: 'cancel', reason: 'no' }, operator],
  retry: [{ kind: 'retry' }, operator],
  release: [{ kind: 'release', reason: 'no', left: NOTHING_LEFT }, operator],
}

function change({ model, marks, count }: People, { kind, pick: index }: Step): void {
  const ids = [...model.tasks.keys()]
  const task = model.tasks.get(ids[index % Math.max(1, ids.length)] ?? '')
  const event = events[kind]
  if (kind === 'add') addTask(model, { title: `Own ${count}` })
  else if (kind === 'gated') addTask(model, { verification: { commands: ['true'], deadlineMs: 1_000 } })
  else if (task === undefined) return
  else if (event) happen(model, task.id, ...event)
  else {
    for (const mark of marksIn(task.body)) marks.delete(mark)
    model.tasks.set(task.id, { ...task, body: `Changed ${index}` })
  }
}

/** One pass, cut off somewhere, or with somebody at the files while it goes on. */
function pass(people: People, { kind, pick: index, other }: Step): void {
  const { model, emptied } = people
  model.now += kind === 'later' ? 10_000 : 700
  const decision = decide(model)
  for (const one of decision.requests) {
    if (one.kind !== 'event' || one.event.kind !== 'cancel') continue
    const row = model.shown.get(one.task)
    if (!emptied.has(`${row?.folder}/${row?.name}`)) throw new Error('cancelled what nobody deleted')
  }
  if (kind === 'cut' && index % 4 === 0) return
  commit(model, decision)
  if (kind === 'race') act(people, { kind: 'edit', folder: 'queue', pick: index, other })
  write(model, kind === 'cut' ? decision.writes.slice(0, index % 4) : decision.writes)
}

function newPeople(): People {
  const [marks, most, emptied] = [new Set<string>(), new Map<string, number>(), new Set<string>()]
  return { model: faceModel(), marks, most, deleted: [], emptied, count: 0 }
}

function take(people: People, one: Step): void {
  if (one.kind in events || ['add', 'gated', 'change'].includes(one.kind)) change(people, one)
  else if (['pass', 'cut', 'race', 'later'].includes(one.kind)) pass(people, one)
  else act(people, one)
}

const isGated = ({ verification, review }: Task) => verification !== undefined || review

test('whatever people and the board do, and wherever it is cut off, the face comes to rest with every text and every task', ({
  expect,
}) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const people = newPeople()
      const { model, marks, most } = people
      for (const one of steps) take(people, one)
      expect(converge(model)).toBeDefined()
      const tasks = [...model.tasks.values()]
      const texts = [
        ...tasks.map(({ title, body }) => `${title}\n${body}`),
        ...[...model.files.values()].map(({ text }) => text),
      ]
      for (const mark of marks)
        expect(
          texts.some((text) => text.includes(mark)),
          `${mark} is lost`,
        ).toBe(true)
      for (const [mark, count] of most)
        expect(tasks.filter(({ body }) => body.includes(mark)).length, mark).toBeLessThanOrEqual(count)
      for (const task of tasks) {
        const { state } = task
        if (state.status === 'done' && state.by.kind === 'file') expect(isGated(task)).toBe(false)
        if (isOver(task)) continue
        const row = model.shown.get(task.id)
        const file = model.files.get(`${row?.folder}/${row?.name}`)
        const isBroken =
          file?.text.startsWith('---\n---\n') === true ||
          model.notes.has(`${row?.name.slice(0, -3)}.reason.md`)
        if (!isBroken) expect(file?.text).toBe(writeTaskFile({ task, dependsOn: [] }))
        expect(saysTask(row?.name ?? '')).toBe(true)
      }
    }),
    { numRuns: rounds },
  )
})

test('while nobody touches a file, nothing is asked of the board and no note is written, wherever the daemon is killed', ({
  expect,
}) => {
  const quiet = fc.oneof(
    board,
    daemon.filter(({ kind }) => kind !== 'race'),
  )
  fc.assert(
    fc.property(fc.array(quiet, { maxLength: 40 }), (steps) => {
      const people = newPeople()
      for (const one of steps) take(people, one)
      expect(converge(people.model)).toBeDefined()
      const { files, tasks, requests } = people.model
      expect(requests).toEqual([])
      expect(files.size).toBe([...tasks.values()].filter((task) => !isOver(task)).length)
    }),
    { numRuns: rounds },
  )
})
