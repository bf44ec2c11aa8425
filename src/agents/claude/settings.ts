/** The settings files that Claude Code reads, which it leaves out without a word when they are no JSON. */
import { isAbsolute, join } from 'node:path'
import type { Presumption } from '../adapter.ts'
import { endOfFlags, environmentAt, programIn } from '../program-place.ts'

/** A word that names Claude Code itself, or its package behind npx. */
export const claudePattern = /(?:^|\/)claude(?:-code)?(?:@[\w.-]+)?$/

/** The user's, those of the project, and the one that the words name. Settings hold what an agent may not do. */
export function presumedSettings(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly Presumption[] {
  const program = programIn(words, claudePattern)
  const found = environmentAt(words, program, env)
  if (found === undefined) return []
  const home = found['CLAUDE_CONFIG_DIR'] || (found['HOME'] && join(found['HOME'], '.claude'))
  const project = found['MARROW_WORK_DIR']
  const named = namedIn(words.slice(program + 1, endOfFlags(words, program)))
  const paths = [
    home && join(home, 'settings.json'),
    project && join(project, '.claude', 'settings.json'),
    project && join(project, '.claude', 'settings.local.json'),
    named && (isAbsolute(named) ? named : join(project ?? '', named)),
  ]
  return paths
    .filter((path) => path !== undefined && isAbsolute(path))
    .map((path) => ({
      path: path ?? '',
      must: 'be JSON if it is there',
      otherwise: `${path} is not JSON: Claude Code would go on without these settings`,
    }))
}

/** The file of `--settings FILE`; settings may also stand in the word itself. */
function namedIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => /^--settings(?:=|$)/.test(word))
  const flag = words[at]
  if (flag === undefined) return undefined
  const value = flag === '--settings' ? words[at + 1] : flag.slice('--settings='.length)
  return value === undefined || /^\s*\{/.test(value) ? undefined : value
}
