import type { Adapter } from './adapter.ts'
import { generic } from './generic.ts'

export const gemini: Adapter = { ...generic, name: 'gemini' }
