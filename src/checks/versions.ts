/** Owns versions as doctor compares them, and those of the agent CLIs that marrow is tested with. */
import type { AdapterName } from '../config/config.ts'

/** What scripts/fetch-cli pins: the real programs that the tests drive. */
export const testedVersions: Readonly<Record<Exclude<AdapterName, 'generic'>, string>> = {
  claude: '2.1.328',
  codex: '0.169.0',
  gemini: '0.61.0',
  opencode: '1.18.33',
}

/** The first thing that looks like a version in what a program printed. */
export function versionIn(text: string): string | undefined {
  return /(?<![\d.])\d{1,6}\.\d{1,6}(?:\.\d{1,6})?(?![\d.]*\d)/.exec(text.slice(0, 4_096))?.[0]
}

/** Compares `v24.9.1` with `24.15` part by part. */
export function isOlder(version: string, than: string): boolean {
  const [have, need] = [versionParts(version), versionParts(than)]
  for (const [index, wanted] of need.entries()) {
    const part = have[index] ?? 0
    if (part !== wanted) return part < wanted
  }
  return false
}

/** Whether a newer program may speak differently: its major number is another, or with major 0 its minor number. */
export function isBeyond(version: string, tested: string): boolean {
  const [have, known] = [versionParts(version), versionParts(tested)]
  const place = known[0] === 0 && have[0] === 0 ? 1 : 0
  return (have[place] ?? 0) > (known[place] ?? 0)
}

/** What is not a number counts as 0. */
function versionParts(text: string): number[] {
  return text
    .replace(/^v/u, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0)
}
