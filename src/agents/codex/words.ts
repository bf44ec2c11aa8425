/** The words that start codex for an unattended turn, and the file that they count on. */
import { isAbsolute, join } from 'node:path'
import type { Delivery, Presumption, WordsRequest } from '../adapter.ts'
import { fitsArgument } from '../argument-limit.ts'
import { codexPattern as name } from './sandbox.ts'
import { endOfFlags, environmentAt, programIn, withPromptLast } from '../program-place.ts'

/**
 * Adds `--json`, and the prompt where it is to be an argument. On stdin it needs no `-`: codex reads its stdin when no
 * argument is a prompt, and when one is, takes both.
 */
export function wordsFor({ words, promptVia, promptPlaced, prompt }: WordsRequest): Delivery {
  const complete = withJson(words)
  if (promptPlaced) return { words: complete, promptOnStdin: false }
  // It has no flag that reads a prompt from a file: its stdin is that file. An argument `-` would mean stdin.
  const asArgument = promptVia === 'argument' && fitsArgument(prompt) && prompt !== '-'
  const withPrompt = asArgument ? withPromptLast(complete, programIn(complete, name), prompt) : complete
  return { words: withPrompt, promptOnStdin: !asArgument }
}

/** Without JSON lines nothing can be told about a run but its exit code. Given twice, codex refuses to start. */
function withJson(words: readonly string[]): readonly string[] {
  const program = programIn(words, name)
  const end = endOfFlags(words, program)
  if (words.slice(program + 1, end).some((word) => word === '--json' || word === '--experimental-json'))
    return words
  const exec = words.findIndex((word, index) => index > program && (word === 'exec' || word === 'e'))
  const place = program >= 0 && exec > program && exec < end ? exec + 1 : end
  return [...words.slice(0, place), '--json', ...words.slice(place)]
}

/** A profile without a file is no mistake to codex: it works with its usual settings instead. */
export function presumedProfile(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly Presumption[] {
  const profile = profileIn(words)
  const found = environmentAt(words, programIn(words, name), env) ?? {}
  const home = found['CODEX_HOME'] || (found['HOME'] ? join(found['HOME'], '.codex') : '')
  // Codex itself refuses a name that is no plain one.
  if (profile === undefined || !/^[\w-]+$/.test(profile) || !isAbsolute(home)) return []
  const path = join(home, `${profile}.config.toml`)
  return [{ path, must: 'be there', otherwise: `codex has no profile "${profile}": there is no ${path}` }]
}

/** The first `-p NAME`, `-pNAME`, `--profile NAME` or `--profile=NAME` behind codex; before it they are another's. */
function profileIn(words: readonly string[]): string | undefined {
  const program = programIn(words, name)
  if (program < 0) return undefined
  const own = words.slice(program + 1, endOfFlags(words, program))
  const at = own.findIndex((word) => /^(?:-p|--profile(?:=|$))/.test(word))
  const flag = own[at]
  if (flag === undefined) return undefined
  return flag === '-p' || flag === '--profile' ? own[at + 1] : flag.replace(/^(?:-p|--profile)=?/, '')
}
