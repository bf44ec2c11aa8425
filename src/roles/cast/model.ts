/** Owns which model a tier means in a target. */
import type { TargetSettings } from './target.ts'

/** Undefined: the CLI's own. */
export function modelOf(tier: string, { modelMap }: TargetSettings): string | undefined {
  return ownValue(modelMap, tier) ?? ownValue(modelMap, 'reasoning')
}

function ownValue(map: Readonly<Record<string, string>>, key: string): string | undefined {
  const value = Object.hasOwn(map, key) ? map[key] : undefined
  return value === '' ? undefined : value
}
