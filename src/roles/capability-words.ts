// Owns how the capabilities of a role are told to people.
import type { Capability } from './role.ts'

/** Each as its file has it: `read`, `bash (make*)`, `delegate (l3/coder)`. */
export function capabilityWords(capabilities: readonly Capability[]): string[] {
  return capabilities.map((capability) => {
    if (capability.kind === 'word') return capability.word
    const limits = capability.kind === 'bash' ? capability.patterns : capability.roles
    return `${capability.kind} (${limits.join(', ')})`
  })
}
