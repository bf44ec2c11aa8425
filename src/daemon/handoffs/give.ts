/** The handoffs that stand in an agent's next prompt: what was taken in, and who really sent it. */
import type { Moment } from '../../base/moment.ts'
import type { AgentConfig, Config } from '../../config/config.ts'
import { innerPath } from '../../config/inner.ts'
import { handoffDir, type Handoff } from '../../handoffs/folders.ts'
import { asksForRun, hopsOf } from '../../handoffs/hops.ts'
import { GIVEN_MAX, handoffMessage, type WaitingHandoff } from '../../handoffs/message.ts'
import { handoffsTo, readText } from '../../handoffs/observe.ts'
import { senderOf } from '../../handoffs/proof.ts'
import { givenBelow, sentBelow, type GivenFile, type SentRow } from '../../handoffs/store.ts'
import { seenBelow } from '../../heartbeat/store/seen.ts'
import type { InnerPath } from '../../platform/inside.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { layerNames, type Layer } from '../../prompt/layers.ts'

/** What the store knows of the handoffs of one workspace, by path. */
export interface KnownHandoffs {
  /** As they were taken in, with the hops of where they come from. */
  readonly seen: ReadonlyMap<string, { readonly fingerprint: string; readonly hops: number }>
  /** Those that a run did its work on already, and that could not be moved away yet. */
  readonly given: ReadonlyMap<string, string>
  readonly sent: ReadonlyMap<string, SentRow>
}

export function knownHandoffs(tx: Tx, { workspace }: Pick<AgentConfig, 'workspace'>): KnownHandoffs {
  const dir = handoffDir(workspace)
  return {
    seen: seenBelow(tx, dir),
    given: new Map(givenBelow(tx, dir).map(({ path, fingerprint }) => [path, fingerprint])),
    sent: new Map(sentBelow(tx, dir).map((one) => [one.path, one])),
  }
}

/** What of the handoffs goes into one prompt. */
export interface Given {
  /** Undefined: nothing waits. */
  readonly layer: Layer | undefined
  readonly files: readonly GivenFile[]
  /** Of these the paths that are themselves a reason to run. */
  readonly asking: readonly string[]
  /** What the run counts as that is given them; undefined: none. */
  readonly hops: number | undefined
}

interface GiveRequest {
  readonly agent: AgentConfig
  readonly config: Pick<Config, 'agents'>
  /** Undefined: there is no store that knows of any. */
  readonly known: KnownHandoffs | undefined
  readonly now: Moment
  readonly dryRun: boolean
}

/**
 * Only what was taken in just as it lies there: of anything else nobody has decided yet what it may set going. A dry run
 * shows that too, since the next daemon takes it in first.
 */
export async function giveHandoffs({ agent, config, known, now, dryRun }: GiveRequest): Promise<Given> {
  const dir = innerPath(handoffDir(agent.workspace), config.agents)
  const all = await handoffsTo(dir, agent).catch(() => []) // Said in the prompt.
  const waiting = all.filter(({ path, fingerprint }) => {
    const isTakenIn = known?.seen.get(path)?.fingerprint === fingerprint
    return (isTakenIn || dryRun) && known?.given.get(path) !== fingerprint
  })
  const oldest = waiting.toSorted((one, other) => one.modifiedAt - other.modifiedAt).slice(0, GIVEN_MAX)
  const read = oldest.flatMap((one) => waitingOf(dir, one, known?.sent.get(one.path)) ?? [])
  const message = handoffMessage(read, waiting.length - oldest.length, now.wall)
  const paths = new Set(message?.given)
  const given = oldest.filter(({ path }) => paths.has(path))
  const origins = given.map(({ path }) => ({ path, hops: known?.seen.get(path)?.hops ?? 0 }))
  return {
    layer: message && layerOf(message.text),
    files: given.map(({ path, fingerprint }) => ({ path, fingerprint })),
    asking: origins.flatMap(({ path, hops }) => (asksForRun({ hops }) ? [path] : [])),
    hops: hopsOf(origins),
  }
}

/** Undefined when it went, or was written again, since it was listed. */
function waitingOf(dir: InnerPath, one: Handoff, sent: SentRow | undefined): WaitingHandoff | undefined {
  const file = readText(dir, one, { whole: sent !== undefined })
  if (file === undefined || file.fingerprint !== one.fingerprint) return undefined
  const from = sent && nameOf(sent)
  const sender = senderOf({ path: one.path, digest: file.digest ?? '' }, one, sent && { ...sent, from })
  const writtenAt = sender.proven && sent ? sent.at : one.modifiedAt
  return { ...sender, path: one.path, writtenAt, text: file.text, bytes: file.bytes }
}

/** The agent of the run that sent it, and the role in which it did; undefined: the operator. */
function nameOf({ agent, role }: Pick<SentRow, 'agent' | 'role'>): string | undefined {
  return agent === undefined || role === undefined ? agent : `${agent} as ${role}`
}

function layerOf(text: string): Layer {
  return {
    kind: 'handoff',
    name: layerNames.handoffs,
    source: 'runtime/handoff',
    text,
    volatile: false,
    failed: undefined,
  }
}
