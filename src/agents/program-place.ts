/** Where among the words of a command the agent CLI stands: words before it are those of a wrapper around it. */

/**
 * The place of the first word that names the CLI and is no value of a flag before it (`sudo -u claude claude`), else of the
 * first that names it; -1: none does.
 */
export function programIn(words: readonly string[], name: RegExp): number {
  const named = words.flatMap((word, index) => (name.test(word) ? [index] : []))
  return named.find((index) => !/^-[^-]|^--./.test(words[index - 1] ?? '')) ?? named[0] ?? -1
}

// Programs that start another one in the same home; what stands before the CLI besides them is flags and figures.
const transparent =
  /^(?:(?:.*\/)?(?:env|nice|ionice|chrt|npx|timeout|stdbuf|setsid|nohup|time|unshare)|-.*|[\d.]+[smhd]?)$/
const assignment = /^([A-Za-z_]\w*)=(.*)$/s

/**
 * The environment in which the CLI looks for its files, as far as the words say: `env CODEX_HOME=/srv/codex codex`.
 * Undefined behind a wrapper that may have another home, such as ssh, docker or sudo.
 */
export function environmentAt(
  words: readonly string[],
  program: number,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> | undefined {
  const before = words.slice(0, Math.max(program, 0))
  const set = before.flatMap((word) => {
    const [, name, value] = assignment.exec(word) ?? []
    return name === undefined ? [] : [[name, value] as const]
  })
  if (program < 0 || !before.every((word) => transparent.test(word) || assignment.test(word)))
    return undefined
  return { ...env, ...Object.fromEntries(set) }
}

/** The place of the `--` that ends the flags of the CLI, not those of its wrapper (`bwrap … -- claude`). */
export function endOfFlags(words: readonly string[], program: number): number {
  const end = words.indexOf('--', program + 1)
  return end < 0 ? words.length : end
}

/** The words with the prompt behind the `--` that ends the flags, which is added where it is missing. */
export function withPromptLast(words: readonly string[], program: number, prompt: string): readonly string[] {
  return [...words, ...(endOfFlags(words, program) < words.length ? [] : ['--']), prompt]
}
