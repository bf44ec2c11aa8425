/** Digests of the core and of the operator's layer, so that a past run can be tied to the exact rules it ran under. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { digest } from '../base/digest.ts'
import type { Config } from '../config/config.ts'
import { entryOf, listFolder } from '../platform/files.ts'

const FILES_MAX = 2_000 // A folder of rules has dozens; whatever has more is not one.
const DEPTH_MAX = 6

/** What belongs to the core, besides the program itself, whose version stands for it. */
const coreParts = ['prompts', 'roles', 'roles.toml', 'skills', 'context.d']
const operatorParts = ['rules.md', 'roles', 'roles.toml', 'skills', 'detect.d']

export interface LayerDigests {
  readonly core: string
  readonly operator: string
}

export function layerDigests(
  config: Pick<Config, 'coreDir' | 'operatorDir' | 'path'>,
  version: string,
): LayerDigests {
  return {
    core: digest(JSON.stringify([version, partsOf(config.coreDir, coreParts)])),
    operator: digest(JSON.stringify(partsOf(config.operatorDir, [basename(config.path), ...operatorParts]))),
  }
}

function partsOf(dir: string, parts: readonly string[]): string[] {
  const found: string[] = []
  for (const part of parts) collect(join(dir, part), 0, found)
  return found
}

function collect(path: string, depth: number, found: string[]): void {
  const entry = entryOf(path)
  if (entry?.kind === 'file' && found.length < FILES_MAX) found.push(`${path} ${contentOf(path, entry)}`)
  if (entry?.kind !== 'folder' || depth >= DEPTH_MAX) return
  for (const { name } of listFolder(path)) collect(join(path, name), depth + 1, found)
}

const known = new Map<string, { readonly stamp: string; readonly digest: string }>()

/** Read again only when size or time changed: this is asked at every tick. */
function contentOf(path: string, { bytes, modifiedAt }: { bytes: number; modifiedAt: number }): string {
  const stamp = `${bytes} ${modifiedAt}`
  const before = known.get(path)
  if (before?.stamp === stamp) return before.digest
  const now = { stamp, digest: readOrSay(path) }
  if (known.size > FILES_MAX) known.clear()
  known.set(path, now)
  return now.digest
}

function readOrSay(path: string): string {
  try {
    return digest(readFileSync(path))
  } catch {
    return 'unreadable' // Whoever needs it says why; here it only has to differ from what it was.
  }
}
