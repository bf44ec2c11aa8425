/** Keeps the values of environments out of what is recorded and shown: which of them are secret, and their redaction. */
import { finderOf } from './needles.ts'
import { REDACTED } from './redact.ts'

type Environment = Readonly<Record<string, string | undefined>>

// Names whose values are no secret and stand in messages for good reason. Everything that is not named here is secret.
const open =
  /^(?:HOME|PATH|LANG|LANGUAGE|LC_[A-Z]+|TERM|USER|LOGNAME|SHELL|PWD|OLDPWD|TZ|TMPDIR|TEMP|TMP|EDITOR|VISUAL|PAGER|DISPLAY|HOSTNAME|MAIL|COLORTERM|TERM_PROGRAM(?:_VERSION)?|XDG_[A-Z_]+|DBUS_SESSION_BUS_ADDRESS|INVOCATION_ID|JOURNAL_STREAM|XPC_SERVICE_NAME|NODE_ENV|CI|MARROW_(?!.*TOKEN)[A-Z_]+)$/
const secretName = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH(?!OR|_)|COOKIE|PRIVATE|WEBHOOK/i
const kindName = /(?:METHOD|TYPE|MODE)$/i // AUTH_METHOD, TOKEN_TYPE: what kind of secret, not the secret.
const placeName = /(?:DIR|PATH|FILE|HOME|FOLDER)$/i // SECRETS_DIR, KEY_FILE: where it is.

// Words that people choose, such as `marrow-site` or `ada/marrow`; longer ones without a digit may be drawn by lot.
const words = /^[a-z]{1,24}(?:[-_./][a-z]{1,24}){0,3}$/i
const path = /^(?:~|\.{1,2})?(?:\/[\w.@-]+){2,}\/?$/ // With one slash alone it may be a key in base64.
const pathOrNumber = /^(?:[/~.][\w./@+-]*|[\d.]+)$/

const VALUE_CHARS_MIN = 8 // Shorter ones are flags and numbers, which stand in half of all sentences,
const SECRET_CHARS_MIN = 6 // but for those whose name says what they are.

/**
 * The values that must not be shown: of the operator's environment, and of what the configuration sets for runs. A path
 * is none; a number or words of letters only if the name says so.
 */
export function secretValues(environments: readonly Environment[]): string[] {
  const values = environments.flatMap((environment) =>
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && !open.test(name) && isSecret(name, value.trim()) ? [value.trim()] : [],
    ),
  )
  return [...new Set(values)]
}

function isSecret(name: string, value: string): boolean {
  if (path.test(value) || (placeName.test(name) && pathOrNumber.test(value))) return false
  if (secretName.test(name) && !kindName.test(name)) return value.length >= SECRET_CHARS_MIN
  return value.length >= VALUE_CHARS_MIN && !words.test(value) && !pathOrNumber.test(value)
}

/** Takes these values out of a text, also as they stand in JSON and in an address. Made once, used for every text. */
export function valueRedactor(values: readonly string[]): (text: string) => string {
  const needles = values.flatMap((value) => {
    const whole = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]
    const lines = value.split(/\r?\n/).map((line) => line.trim())
    return [
      ...whole.filter(({ length }) => length >= SECRET_CHARS_MIN),
      ...lines.filter(({ length }) => length >= VALUE_CHARS_MIN),
    ]
  })
  const find = finderOf(needles)
  return (text) => {
    const spans = find(text)
    if (spans.length === 0) return text
    const kept = spans.map(([from], index) => text.slice(spans[index - 1]?.[1] ?? 0, from))
    return [...kept, text.slice(spans.at(-1)?.[1])].join(REDACTED)
  }
}
