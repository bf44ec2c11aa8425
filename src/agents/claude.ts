import type { Adapter } from './adapter.ts'
import { generic } from './generic.ts'

export const claude: Adapter = { ...generic, name: 'claude' }
