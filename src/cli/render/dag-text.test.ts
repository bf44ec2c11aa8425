import * as fc from 'fast-check'
import { test } from 'vitest'
import { boardTask, graphOf, someGraph, wildTitle } from '../../../test/helpers/board-tasks.ts'
import { plainStart } from '../../base/plain.ts'
import type { BoardTask } from '../../tasks/view.ts'
import { dotText, mermaidText } from './dag-text.ts'

interface Read {
  readonly labels: Record<string, string>
  readonly edges: string[]
}

/** Reads every line back, and nothing else: a title that broke out of its quotes is a line that is not known. */
function readBack(
  text: string,
  shapes: { readonly box: RegExp; readonly arrow: RegExp; readonly rest: RegExp },
  letters: (text: string) => string,
): Read {
  const labels: Record<string, string> = {}
  const edges: string[] = []
  for (const line of text.split('\n')) {
    const [box, arrow] = [shapes.box.exec(line), shapes.arrow.exec(line)]
    if (box) labels[id(box[1])] = letters(box[2] ?? '')
    else if (arrow) edges.push(`${id(arrow[1])} ${id(arrow[2])}`)
    else if (!shapes.rest.test(line)) throw new Error(`unknown line: ${line}`)
  }
  return { labels, edges }
}

const id = (name = ''): string => name.replace('_', '-')

const readMermaid = (text: string): Read =>
  readBack(
    text,
    {
      box: /^ {2}(t_\w+)\["([^"`<>&[\]]*)"\](?::::\w+)?$/,
      arrow: /^ {2}(t_\w+) --> (t_\w+)$/,
      rest: /^(flowchart TD|  classDef \w+ fill:#\w{6},color:#111|)$/,
    },
    (label) => label.replace(/#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
  )

const readDot = (text: string): Read =>
  readBack(
    text,
    {
      box: /^ {2}"(t-\w+)" \[label="((?:[^"\\]|\\["\\])*)", (?:tooltip="\w+", fillcolor="#\w{6}"|style=dashed)\]$/,
      arrow: /^ {2}"(t-\w+)" -> "(t-\w+)"$/,
      rest: /^(digraph board \{|  node \[.*\]|\}|)$/,
    },
    (label) => label.replace(/\\(.)/g, '$1').replaceAll('&amp;', '&'),
  )

const edgesOf = (tasks: readonly BoardTask[]) =>
  tasks.flatMap((task) => task.waits_for.map((one) => `${one} ${task.id}`))

test.for([
  ['Mermaid', mermaidText, readMermaid],
  ['DOT', dotText, readDot],
] as const)('%s holds every title and every edge, whatever titles hold', ([, write, read], { expect }) => {
  fc.assert(
    fc.property(someGraph(12, wildTitle), (tasks) => {
      const text = write(tasks)
      expect(text).not.toMatch(/(?!\n)\p{Cc}/u)
      const { labels, edges } = read(text)
      expect(edges).toEqual(edgesOf(tasks))
      expect(labels).toEqual(
        Object.fromEntries(tasks.map((task) => [task.id, plainStart(task.title, 80) || task.id])),
      )
    }),
  )
})

test('a dependency that is not among the tasks is a box with its id', ({ expect }) => {
  const task = boardTask({ waits_for: ['t-elsewher'] })
  expect(readMermaid(mermaidText([task])).labels).toMatchObject({ 't-elsewher': 't-elsewher' })
  expect(readDot(dotText([task])).labels).toMatchObject({ 't-elsewher': 't-elsewher' })
})

test('a small graph reads well as text too', ({ expect }) => {
  const tasks = graphOf({ 'Say "hi"': '', Publish: '' }).map((task, index) =>
    index === 1 ? { ...task, waits_for: ['t-aaaaaaaa'], ready: false } : task,
  )
  expect(mermaidText(tasks)).toMatchInlineSnapshot(`
    "flowchart TD
      t_aaaaaaaa["Say #34;hi#34;"]:::ready
      t_aaaaaaab["Publish"]:::waiting
      t_aaaaaaaa --> t_aaaaaaab
      classDef ready fill:#dbeafe,color:#111
      classDef waiting fill:#f3f4f6,color:#111
    "
  `)
  expect(dotText(tasks)).toMatchInlineSnapshot(`
    "digraph board {
      node [shape=box, style=filled, fontname="sans-serif"]
      "t-aaaaaaaa" [label="Say \\"hi\\"", tooltip="ready", fillcolor="#dbeafe"]
      "t-aaaaaaab" [label="Publish", tooltip="waiting", fillcolor="#f3f4f6"]
      "t-aaaaaaaa" -> "t-aaaaaaab"
    }
    "
  `)
})
