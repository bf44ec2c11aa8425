/** Keeps prompts and keys out of what is recorded and shown. */

/** What stands in the place of what was taken out. */
export const REDACTED = '<redacted>'

// Key shapes that providers publish. The letter before is checked so that "task-…" is no "sk-…". Whatever repeats before
// something that may be missing has a maximum, here and below: an agent prints what is searched, and could make the search endless.
const keyShapes = [
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{8,}/g, // OpenAI, Anthropic, OpenRouter
  /(?<![A-Za-z0-9])gh[opsur]_[A-Za-z0-9]{16,}/g, // GitHub
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{16,}/g,
  /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{16,}/g, // GitLab
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, // AWS
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}/g, // Google
  /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/g, // Slack
  /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{30,}/g,
  /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,500}\.[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]*/g, // a JSON web token
]

const bearer = /\b(Bearer\s{1,100})[A-Za-z0-9._~+/=-]{6,}/gi
// Up to the last @ of the word: a password may hold one, and a slash. A port and a path behind it are none.
const urlPassword =
  /\b([a-z][a-z0-9+.-]{0,40}:\/\/[^\s/:"'[]{0,200}:)(?!\d{1,5}(?:[/?#\s]|$))[^\s"'<>]{1,500}(?=@)/gi
// From the beginning of a word: looked for at each place of one, it would be read over and over.
const secretName = String.raw`[A-Za-z0-9_-]*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)`
const assignment = new RegExp(
  // A quote that is never closed was cut off with what followed.
  String.raw`(?<![A-Za-z0-9_-])(${secretName}=)(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s"';&]+)`,
  'gi',
)
const header =
  /\b((?:(?:Proxy-)?Authorization|X-[A-Za-z0-9-]{0,40}(?:Key|Token)|(?:Set-)?Cookie)["']?\s{0,10}:\s{0,10}["']?(?:Basic\s{1,10})?)(?!Bearer\b)[^\s"',;]{6,}/gi
const field = new RegExp(
  String.raw`(["']${secretName}["']\s{0,10}:\s{0,10})(?:"[^"]{4,}(?:"|$)|'[^']{4,}(?:'|$))`,
  'gi',
)
const flagValue = new RegExp(
  String.raw`(?<![A-Za-z0-9_-])(--?${secretName}\s{1,10})[^\s"'-][^\s"']{7,}`,
  'gi',
)
const secretFlag = new RegExp(String.raw`^--?(?:${secretName})$`, 'i')

/** `text` without anything that looks like a key, a bearer token or the value of a secret variable. */
export function redactText(text: string): string {
  const shapeless = keyShapes.reduce((rest, shape) => rest.replace(shape, REDACTED), text)
  return shapeless
    .replace(bearer, `$1${REDACTED}`)
    .replace(urlPassword, `$1${REDACTED}`)
    .replace(assignment, `$1${REDACTED}`)
    .replace(header, `$1${REDACTED}`)
    .replace(field, `$1${REDACTED}`)
    .replace(flagValue, `$1${REDACTED}`)
}

/**
 * The words of a command as they may be recorded: the prompt becomes its size, keys become `<redacted>`, also the
 * word after a flag such as `--api-key`.
 */
export function redactWords(words: readonly string[], prompt: string): string[] {
  const mark = `<prompt, ${Buffer.byteLength(prompt)} bytes>`
  return words.map((word, index) => {
    if (prompt !== '' && word.includes(prompt))
      return redactText(word.replaceAll(prompt, () => '\0')).replaceAll('\0', mark)
    return secretFlag.test(words[index - 1] ?? '') && !word.startsWith('-') ? REDACTED : redactText(word)
  })
}
