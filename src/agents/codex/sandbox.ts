/** The sandbox of codex itself: what switches it off, and what takes its place behind the wall. */
import type { WalledWords } from '../adapter.ts'
import { flagValues, ownWords, type FlagValue } from '../flags.ts'
import { programIn } from '../program-place.ts'

/** A word that names codex itself, or its package behind npx. */
export const codexPattern = /(?:^|\/)codex(?:@[\w.-]+)?$/

const OPEN = 'danger-full-access'
const bypassFlags = ['--dangerously-bypass-approvals-and-sandbox', '--yolo']
const modes = ['-s', '--sandbox']
const settings = ['-c', '--config']

/** The flag that lets it work without its sandbox; it never asks in `codex exec`. */
export function bypass(words: readonly string[]): string | undefined {
  const own = ownWords(words, codexPattern)
  return (
    own.find((word) => bypassFlags.includes(word)) ?? chosenIn(own).find(({ mode }) => mode === OPEN)?.written
  )
}

/**
 * A sandbox cannot be made inside the wall, and codex has none that needs no namespaces: every command would fail. The wall
 * keeps what a run may write within the same bounds as `workspace-write`, but not the rest.
 */
export function walled(words: readonly string[]): WalledWords {
  const own = ownWords(words, codexPattern)
  if (own.includes('--approve-for-me')) return refused('--approve-for-me')
  const chosen = chosenIn(own)
  const tight = chosen.find(({ mode }) => mode === 'read-only')
  if (tight !== undefined) return refused(tight.written)
  const replaced = chosen.filter(({ mode }) => /^workspace(?:-write)?$/.test(mode))
  const first = programIn(words, codexPattern) + 1
  return {
    kind: 'works',
    words: replaced.reduceRight(
      (rest, flag) => rest.toSpliced(first + flag.at, flag.length, ...opened(flag)),
      words,
    ),
    gaps: replaced.slice(0, 1).map(({ written }) => lossOf(written, hasNetwork(own))),
  }
}

function lossOf(written: string, network: boolean): string {
  const lost = network ? 'write to .git' : 'use the network and write to .git'
  return `${written} of codex cannot work behind it: its commands may also ${lost}`
}

/** What the operator has given to the commands of `workspace-write` already. */
function hasNetwork(own: readonly string[]): boolean {
  return flagValues(own, settings).some(({ value }) =>
    /^\s*sandbox_workspace_write\.network_access\s*=\s*true\s*$/.test(value),
  )
}

function refused(written: string): WalledWords {
  return {
    kind: 'refused',
    reason: `codex cannot make the sandbox of ${written} behind the wall`,
    fix: `Write --sandbox ${OPEN}, so that the wall alone stands, or isolation mode "off" for this agent.`,
  }
}

interface Chosen extends FlagValue {
  readonly mode: string
  readonly how: 'flag' | 'setting'
}

/** What the words say of the sandbox, by its flag or as a setting. */
function chosenIn(own: readonly string[]): Chosen[] {
  const byFlag = flagValues(own, modes).map((flag): Chosen => ({ ...flag, mode: flag.value, how: 'flag' }))
  const bySetting = flagValues(own, settings).flatMap((flag): Chosen[] => {
    const mode = /^\s*(?:sandbox_mode|default_permissions)\s*=\s*["']?:?([\w-]+)["']?\s*$/.exec(
      flag.value,
    )?.[1]
    return mode === undefined ? [] : [{ ...flag, mode, how: 'setting' }]
  })
  return [...byFlag, ...bySetting].toSorted((a, b) => a.at - b.at)
}

function opened({ how }: Chosen): string[] {
  return how === 'flag' ? ['--sandbox', OPEN] : ['-c', `sandbox_mode=${OPEN}`]
}
