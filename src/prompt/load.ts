// Owns the reading of what prompts are made of: rules, and the output of context providers.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import type { runCommand } from '../platform/command.ts'
import { codeOf } from '../platform/files.ts'
import { layerNames, type Layer } from './layers.ts'
import { contextLayer, KEPT_BYTES_MAX, type Provider } from './providers.ts'

const TEXT_BYTES_MAX = 1024 * 1024 // Of one file of rules. More is surely not meant for a prompt.

/**
 * The core's rules, then the operator's; a file that is missing gives no layer. Throws CONFIG_INVALID for one that is
 * there and cannot be used: an agent must not run without rules that its operator wrote.
 */
export async function loadRules(coreDir: string, operatorDir: string): Promise<Layer[]> {
  const core = textLayer('rules', layerNames.coreRules, join(coreDir, 'prompts', 'rules.md'))
  const operator = textLayer('rules', layerNames.operatorRules, join(operatorDir, 'rules.md'))
  return (await Promise.all([core, operator])).filter((layer) => layer !== undefined)
}

async function textLayer(kind: Layer['kind'], name: string, path: string): Promise<Layer | undefined> {
  try {
    const stats = await stat(path)
    if (!stats.isFile()) throw new Error('it is not a file')
    if (stats.size > TEXT_BYTES_MAX) throw new Error(`it has more than ${TEXT_BYTES_MAX} bytes`)
    const text = new TextDecoder().decode(await readFile(path)).replaceAll('\0', '\uFFFD')
    return { kind, name, source: path, text, volatile: false, failed: undefined }
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw new MarrowError('CONFIG_INVALID', `Cannot read ${path}: ${reasonOf(error)}.`, {
      fix: 'Make it a text file that marrow may read, or remove it.',
      cause: error,
    })
  }
}

/** What context providers run with. */
export interface ProviderOptions {
  /** Everything that they see. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** The deadline of each. */
  readonly timeoutMs: number
  readonly run: typeof runCommand
  readonly signal: AbortSignal
}

/** One context layer per provider that printed something or failed. All run at once; none ever makes this throw. */
export async function runProviders(
  providers: readonly Provider[],
  options: ProviderOptions,
): Promise<Layer[]> {
  const layers = await Promise.all(providers.map((provider) => runProvider(provider, options)))
  return layers.filter((layer) => layer !== undefined)
}

async function runProvider(provider: Provider, options: ProviderOptions): Promise<Layer | undefined> {
  const { env, cwd, timeoutMs, signal, run } = options
  if (provider.refused !== undefined)
    return contextLayer(provider, { kind: 'missing', detail: provider.refused })
  try {
    const limits = { deadlineMs: timeoutMs, signal, maxBytes: KEPT_BYTES_MAX }
    return contextLayer(provider, await run([provider.path], { cwd, env, ...limits }))
  } catch (error) {
    return contextLayer(provider, { kind: 'missing', detail: reasonOf(error) })
  }
}
