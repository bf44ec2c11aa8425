// Owns what a context provider is, which of those found are run, and how what one printed becomes its block.
import type { CommandResult } from '../platform/command.ts'
import { blockName, compareText, type Layer } from './layers.ts'

/** An executable that prints current facts into a prompt. */
export interface Provider {
  /** Its block's name: the file's without its last extension. */
  readonly name: string
  readonly path: string
  /** True when it came with the core. */
  readonly shipped: boolean
  /** True when it says of itself that its output changes without meaning anything. */
  readonly volatile: boolean
  /** Why it is not run although somebody meant it to; undefined: it is. */
  readonly refused: string | undefined
}

/** A file in a folder of context providers. */
export interface FoundFile {
  readonly file: string
  readonly path: string
  readonly shipped: boolean
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly executable: boolean
  /** From where on no link is followed to it; undefined where no agent writes. */
  readonly root: string | undefined
}

/** A file that is not run, and why; for doctor and the log. */
export interface SkippedFile {
  readonly path: string
  readonly reason: string
}

/** A folder of context providers. */
export interface ContextFolder {
  readonly path: string
  /** From where on no link is followed to it and in it; undefined where no agent writes. */
  readonly root: string | undefined
}

/** Of one block, marks included. */
export const BLOCK_BYTES_MAX = 64 * 1024
/** To be kept of stdout: more than a block, so that it shows when something is cut, and by what. */
export const KEPT_BYTES_MAX = BLOCK_BYTES_MAX + 4
/** All run at once, so their number is the number of processes that a tick starts. */
export const PROVIDERS_MAX = 64

/**
 * The ones to run, in name order. A shipped one keeps its name: another file of that name (whatever its extension) is
 * run in its place only if `replace` lists the file or the name.
 */
export function chooseProviders(
  found: readonly FoundFile[],
  replace: readonly string[],
): { readonly chosen: FoundFile[]; readonly skipped: SkippedFile[] } {
  const reasons = found.map((file) => reasonToSkip(file, found, replace))
  const able = found
    .filter((_, index) => reasons[index] === undefined)
    .toSorted((a, b) => compareText(a.file, b.file))
  const skipped = found.flatMap(({ path }, index) => {
    const reason = reasons[index]
    return reason === undefined ? [] : [{ path, reason }]
  })
  const tooMany = able.slice(PROVIDERS_MAX).map(({ path }) => ({
    path,
    reason: `only the first ${PROVIDERS_MAX} context providers are run`,
  }))
  return { chosen: able.slice(0, PROVIDERS_MAX), skipped: [...skipped, ...tooMany] }
}

/** What stands in the prompt instead of what somebody put where agents write and marrow does not run. */
export function refusedProvider(file: string, path: string, refused: string): Provider {
  return { name: blockName(file), path, shipped: false, volatile: false, refused }
}

function reasonToSkip(
  own: FoundFile,
  found: readonly FoundFile[],
  replace: readonly string[],
): string | undefined {
  if (own.kind !== 'file') return 'not a regular file'
  if (!own.executable) return 'not executable'
  const name = blockName(own.file)
  const rivals = found.filter(
    (file) => file.shipped !== own.shipped && file.kind === 'file' && file.executable,
  )
  const rival = rivals.find((file) => blockName(file.file) === name)
  if (rival === undefined) return undefined
  const theirs = own.shipped ? rival : own
  const replaced = replace.includes(name) || replace.includes(theirs.file)
  if (own.shipped === !replaced) return undefined
  return own.shipped
    ? `replaced by ${rival.path}`
    : `${rival.path} has this name, and the configuration does not list it as replaced`
}

/** Whether the start of a script (4 KiB are enough) holds the comment line `# marrow: volatile`. */
export function isVolatileScript(start: string): boolean {
  return /^[ \t]*(?:#|\/\/|--|;|%)[ \t]*marrow:[ \t]*volatile\b/m.test(start)
}

/**
 * The block of what a context provider printed; undefined when that is nothing. What a failing one printed is used
 * too, below a line that says how it failed. What one printed until its deadline is a matter of chance, so it is
 * volatile: it must not look like a change at every tick.
 */
export function contextLayer(provider: Provider, result: CommandResult): Layer | undefined {
  const failed = failureOf(result)
  const mark = failed === undefined ? '' : `[context provider failed: ${failed}]\n`
  const printed = result.kind === 'missing' ? '' : result.stdout
  const text = (mark + cut(printed, BLOCK_BYTES_MAX - Buffer.byteLength(mark))).trim()
  if (text === '') return undefined
  const cutOff = result.kind === 'deadline' || result.kind === 'aborted'
  return {
    kind: 'context',
    name: provider.name,
    source: provider.path,
    text,
    volatile: provider.volatile || cutOff,
    failed,
  }
}

function failureOf(result: CommandResult): string | undefined {
  switch (result.kind) {
    case 'exited':
      return result.exitCode === 0 ? undefined : `exit ${result.exitCode}`
    case 'deadline':
      return 'deadline'
    case 'aborted':
      return 'stopped'
    case 'missing':
      return `not started: ${result.detail.replace(/\s+/gu, ' ').trim()}`
  }
}

/** Strips; cuts between characters. A NUL is replaced: prompts may be delivered as an argument, which ends at one. */
function cut(printed: string, bytesMax: number): string {
  const text = printed.trim().replaceAll('\0', '\uFFFD')
  const isWhole = Buffer.byteLength(printed) < KEPT_BYTES_MAX
  if (isWhole && Buffer.byteLength(text) <= bytesMax) return text
  const mark = `\n[cut: more than ${bytesMax} bytes]`
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytesMax - mark.length))
  return text.slice(0, read).trimEnd() + mark
}
