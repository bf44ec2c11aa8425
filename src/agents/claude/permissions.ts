/** What lets Claude Code work without asking for permission. */
import { flagValues, ownWords } from '../flags.ts'
import { environmentAt, programIn } from '../program-place.ts'
import { claudePattern } from './settings.ts'

const MODE = 'bypassPermissions'
const variable = 'CLAUDE_CODE_EVEN_MORE_DANGEROUSLY_SKIP_PERMISSIONS'

/** The flag or variable, also where it stands in settings among the words. A list of allowed tools is none: it names them. */
export function bypass(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const own = ownWords(words, claudePattern)
  const flag = own.find((word) => /^--dangerously-skip-permissions(?:=|$)/.test(word))
  if (flag !== undefined) return '--dangerously-skip-permissions'
  const mode = flagValues(own, ['--permission-mode']).find(({ value }) => value === MODE)
  if (mode !== undefined) return mode.written
  const settings = flagValues(own, ['--settings']).find(({ value }) => inlineMode(value) === MODE)
  if (settings !== undefined) return `${MODE} in --settings`
  const found = environmentAt(words, programIn(words, claudePattern), env) ?? env
  return /^(?:1|true|yes|on)$/i.test(found[variable] ?? '') ? variable : undefined
}

/** The mode that settings on the command line begin in. A file is not looked into. */
function inlineMode(settings: string): unknown {
  if (!/^\s*\{/.test(settings)) return undefined
  try {
    const parsed: { permissions?: { defaultMode?: unknown } } = JSON.parse(settings)
    return parsed.permissions?.defaultMode
  } catch {
    return undefined
  }
}
