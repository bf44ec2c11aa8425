// Owns the account of a prompt: what each layer costs, and the digests by which its changes are seen.
import { digest } from '../base/digest.ts'
import { compareText, orderLayers, renderLayer, type Layer, type LayerKind } from './layers.ts'

/** One row of the table of layers. */
export interface LayerShare {
  readonly kind: LayerKind
  readonly name: string
  readonly source: string
  /** Bytes of its block, header included. */
  readonly bytes: number
  /** About: a quarter of the bytes, unless a real counter was given. */
  readonly tokens: number
  /** Percent of the prompt's tokens, 0 to 100. */
  readonly share: number
  readonly digest: string
  readonly volatile: boolean
  /** Its agent CLI is given it by its own means: it is paid for, and no part of the prompt. */
  readonly native: boolean
  readonly failed: string | undefined
}

/** What the text costs in tokens, about. Good enough to compare; a real tokenizer costs 55 MiB of memory. */
export function aboutTokens(text: string): number {
  return aboutTokensOf(Buffer.byteLength(text))
}

/** The same for a text of which only the length is known. */
export function aboutTokensOf(bytes: number): number {
  return Math.ceil(bytes / 4)
}

/** One row per layer that is sent, in the order of the prompt. */
export function attribute(
  layers: readonly Layer[],
  countTokens: (text: string) => number = aboutTokens,
): LayerShare[] {
  const rows = orderLayers(layers).map((layer) => {
    const block = renderLayer(layer)
    return { layer, bytes: Buffer.byteLength(block), tokens: countTokens(block) }
  })
  const total = rows.reduce((sum, { tokens }) => sum + tokens, 0)
  return rows.map(({ layer, bytes, tokens }) => ({
    kind: layer.kind,
    name: layer.name,
    source: layer.source,
    bytes,
    tokens,
    share: total === 0 ? 0 : (100 * tokens) / total,
    digest: digest(layer.text.trim()),
    volatile: layer.volatile,
    native: layer.native === true,
    failed: layer.failed,
  }))
}

/**
 * A digest per name of everything whose change is worth a run: not the volatile layers, and neither the trigger nor
 * handoffs, which are occasions and no state (their end would look like a change). Layers of one name share a digest. A block that was cut
 * off by its deadline is no news either: `before` says what was last known of it.
 */
export function digestLayers(
  layers: readonly Layer[],
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inOrder = orderLayers(layers).filter(({ kind }) => kind !== 'trigger' && kind !== 'handoff')
  const byName = Map.groupBy(
    inOrder.filter(({ volatile }) => !volatile),
    ({ name }) => name,
  )
  const cutOff = inOrder.flatMap(({ name, volatile, failed }) => {
    const known = before[name]
    return volatile && failed !== undefined && known !== undefined ? [[name, known] as const] : []
  })
  const counted = [...byName].map(([name, same]) => {
    const texts = same.map(({ kind, text }) => [kind, text.trim()])
    return [name, digest(JSON.stringify(texts))] as const
  })
  const all = new Map([...cutOff, ...counted])
  return Object.fromEntries([...all].toSorted(([one], [other]) => compareText(one, other)))
}
