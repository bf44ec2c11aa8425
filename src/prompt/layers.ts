// Owns what a prompt is made of: its layers, their order, and the bytes that they become.

/** Where a layer stands in a prompt. */
export type LayerKind = 'rules' | 'role' | 'base' | 'folders' | 'task' | 'trigger' | 'handoff' | 'context'

/** One named part of a prompt. */
export interface Layer {
  readonly kind: LayerKind
  /** What the block's header and every table call it: `Core Rules`, `queue`. */
  readonly name: string
  /** The file that it came from, or `built in`. */
  readonly source: string
  readonly text: string
  /** True when its bytes do not count as a change: it says so itself, or it was cut off by its deadline. */
  readonly volatile: boolean
  /** True for a role that its agent CLI is given by its own means: it is told of, and no part of the prompt. */
  readonly native?: boolean
  /** Why its context provider failed; the text then starts with a line that says so. */
  readonly failed: string | undefined
}

/** The names of the layers that are not named after a file. */
export const layerNames = {
  coreRules: 'Core Rules',
  operatorRules: 'Operator Rules',
  role: 'Role',
  base: 'base instruction',
  folders: 'Folders',
  task: 'Task',
  trigger: 'trigger',
  handoffs: 'Handoffs',
} as const

// Stable parts first: a model's prompt cache holds as far as the first byte that differs.
const order: readonly LayerKind[] = [
  'rules',
  'role',
  'base',
  'folders',
  'task',
  'trigger',
  'handoff',
  'context',
]

/** The layers that are not empty, as they follow one another. Rules keep their own order, context blocks go by name. */
export function orderLayers(layers: readonly Layer[]): Layer[] {
  return layers
    .filter((layer) => layer.text.trim() !== '')
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || compareContext(a, b))
}

/** The bytes that are sent: blocks joined by one blank line, one newline at the end; empty without any text. */
export function renderPrompt(layers: readonly Layer[]): string {
  const sent = orderLayers(layers).filter(({ native }) => native !== true)
  const prompt = sent.map(renderLayer).join('\n\n')
  return prompt === '' ? '' : `${prompt}\n`
}

/** One layer as its block. The base instruction alone has no header. */
export function renderLayer({ kind, name, text }: Layer): string {
  return kind === 'base' ? text.trim() : `--- [${name}] ---\n${text.trim()}`
}

/** The block's name of a file: without its last extension, and without what could end a header early. */
export function blockName(file: string): string {
  const dot = file.lastIndexOf('.')
  const stem = dot > 0 ? file.slice(0, dot) : file
  return stem.replace(/[\p{Cc}\p{Cf}\u2028\u2029[\]]/gu, '_')
}

/** Orders text by its code units: the same on every machine, in every language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareContext(a: Layer, b: Layer): number {
  return a.kind === 'context' && b.kind === 'context' ? compareText(a.name, b.name) : 0
}
