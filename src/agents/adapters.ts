/** The agent CLIs that marrow knows, by name. */
import { basename } from 'node:path'
import type { AdapterName } from '../config/config.ts'
import type { Adapter } from './adapter.ts'
import { claude } from './claude/claude.ts'
import { codex } from './codex/codex.ts'
import { gemini } from './gemini/gemini.ts'
import { generic } from './generic/generic.ts'
import { opencode } from './opencode/opencode.ts'

const adapters = { claude, codex, gemini, opencode, generic } as const satisfies {
  readonly [Name in AdapterName]: Adapter
}

export function adapterFor(name: AdapterName): Adapter {
  return adapters[name]
}

/** The adapter of a command that names none: that of its program when it is a known CLI, else `generic`. */
export function defaultAdapterName(words: readonly string[]): AdapterName {
  const program = basename(words[0] ?? '')
  return isAdapterName(program) ? program : 'generic'
}

/** Every name that `adapter` may have in the configuration. */
export const ADAPTER_NAMES: readonly string[] = Object.keys(adapters)

/** Whether marrow knows an agent CLI of this name. */
export function isAdapterName(name: string): name is AdapterName {
  return Object.hasOwn(adapters, name)
}
