/** Owns the graph of tasks as text for other programs: Mermaid and DOT, whatever titles hold. */
import { plainStart } from '../../base/plain.ts'
import type { BoardTask } from '../../tasks/view.ts'
import { stageOf, type Stage } from './task-words.ts'

const TITLE_CHARACTERS_MAX = 80 // Boxes of more are wider than a page.

const fills: Readonly<Record<Stage, string>> = {
  ready: '#dbeafe',
  waiting: '#f3f4f6',
  claimed: '#d1fae5',
  blocked: '#fef3c7',
  review: '#fef3c7',
  done: '#bbf7d0',
  failed: '#fecaca',
  cancelled: '#e5e7eb',
  unreachable: '#fecaca',
}

/** A Mermaid flowchart, parents above. */
export function mermaidText(tasks: readonly BoardTask[]): string {
  const stages = [...new Set(tasks.map(stageOf))]
  return [
    'flowchart TD',
    ...tasks.map((task) => `  ${name(task.id)}["${mermaidEscaped(labelOf(task))}"]:::${stageOf(task)}`),
    ...outsideOf(tasks).map((id) => `  ${name(id)}["${mermaidEscaped(id)}"]`),
    ...tasks.flatMap(({ id, waits_for }) => waits_for.map((other) => `  ${name(other)} --> ${name(id)}`)),
    ...stages.map((stage) => `  classDef ${stage} fill:${fills[stage]},color:#111`),
    '',
  ].join('\n')
}

/** A DOT graph, parents above. */
export function dotText(tasks: readonly BoardTask[]): string {
  return [
    'digraph board {',
    '  node [shape=box, style=filled, fontname="sans-serif"]',
    ...tasks.map(
      (task) =>
        `  "${task.id}" [label="${dotEscaped(labelOf(task))}", tooltip="${stageOf(task)}", fillcolor="${fills[stageOf(task)]}"]`,
    ),
    ...outsideOf(tasks).map((id) => `  "${id}" [label="${id}", style=dashed]`),
    ...tasks.flatMap(({ id, waits_for }) => waits_for.map((other) => `  "${other}" -> "${id}"`)),
    '}',
    '',
  ].join('\n')
}

function labelOf({ id, title }: BoardTask): string {
  const text = plainStart(title, TITLE_CHARACTERS_MAX)
  return text === '' ? id : text
}

/** The ids of what is waited for and is not among the tasks. */
function outsideOf(tasks: readonly BoardTask[]): string[] {
  const known = new Set(tasks.map(({ id }) => id))
  return [...new Set(tasks.flatMap(({ waits_for }) => waits_for))].filter((id) => !known.has(id))
}

/** With a dash, an id can look like an arrow. */
function name(id: string): string {
  return id.replaceAll('-', '_')
}

/** All ASCII that is no letter, digit, space, comma or dot as `#34;`: Mermaid reads Markdown, HTML and comments in quotes too. */
function mermaidEscaped(text: string): string {
  return text.replace(/[!-+\-/:-@[-`{-~]/g, (letter) => `#${letter.charCodeAt(0)};`)
}

/** DOT knows `\"` and `\\`, and reads HTML entities in labels. */
function dotEscaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')
}
