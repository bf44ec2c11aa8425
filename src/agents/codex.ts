import type { Adapter } from './adapter.ts'
import { generic } from './generic.ts'

export const codex: Adapter = { ...generic, name: 'codex' }
