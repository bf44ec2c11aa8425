/** Owns the table of a prompt's layers: what each weighs, and what share of the whole. */
import type { DryRunView } from '../../ipc/protocol/agents.ts'
import type { Screen } from './screen.ts'
import { table, type Cell, type Column } from './table.ts'

const columns: readonly Column[] = [
  { title: 'LAYER', shrinkTo: 10 },
  { title: 'SOURCE', shrinkTo: 12 },
  { title: 'BYTES', right: true },
  { title: 'TOKENS', right: true },
  { title: 'SHARE', right: true },
  { title: 'DIGEST' },
]

/** `tokensOf` counts about: each agent CLI's model has its own way to count. */
export function layerLines(
  { layers }: Pick<DryRunView, 'layers'>,
  tokensOf: (text: string) => number,
  screen: Screen,
): string[] {
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0)
  const weighed = layers.map((layer) => ({ ...layer, tokens: tokensOf(layer.text) }))
  const tokens = weighed.reduce((sum, layer) => sum + layer.tokens, 0)
  const rows = weighed.map((layer): Cell[] => [
    { text: layer.name, style: 'bold' },
    { text: sourceOf(layer) },
    { text: String(layer.bytes) },
    { text: `~${layer.tokens}` },
    { text: share(layer.tokens, tokens) },
    { text: layer.volatile ? `${layer.digest} volatile` : layer.digest, style: 'dim' },
  ])
  const total: Cell[] = [{ text: 'total' }, { text: '' }, { text: String(bytes) }, { text: `~${tokens}` }]
  return table(columns, [...rows, total], screen)
}

function sourceOf({ source, failed, native }: DryRunView['layers'][number]): string {
  if (failed !== null) return `${source} (failed: ${failed})`
  return native ? `${source} (given by the agent CLI itself)` : source
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${Math.round((100 * part) / whole)}%`
}
