/** Owns how often the journal tells the same: agents ask as often as they like. */
import type { Core } from '../core.ts'

const AGAIN_MS = 60_000
const KEYS_MAX = 500

/** Whether this is worth an event now; the same key is not again for a minute. */
export type IsNews = (key: string) => boolean

export function createIsNews({ clock }: Pick<Core, 'clock'>): IsNews {
  const told = new Map<string, number>()
  return (key) => {
    const now = clock.now().mono
    const before = told.get(key)
    if (before !== undefined && now - before < AGAIN_MS) return false
    if (told.size >= KEYS_MAX) told.clear()
    told.set(key, now)
    return true
  }
}
