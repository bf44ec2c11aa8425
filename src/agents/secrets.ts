/** Keeps the values of environments out of what is recorded and shown: which of them are secret, and their redaction. */
import { REDACTED } from './redact.ts'

type Environment = Readonly<Record<string, string | undefined>>

// Names whose values are no secret and stand in messages for good reason. Everything that is not named here is secret.
const open =
  /^(?:HOME|PATH|LANG|LANGUAGE|LC_[A-Z]+|TERM|USER|LOGNAME|SHELL|PWD|OLDPWD|TZ|TMPDIR|TEMP|TMP|EDITOR|VISUAL|PAGER|DISPLAY|HOSTNAME|MAIL|COLORTERM|TERM_PROGRAM(?:_VERSION)?|XDG_[A-Z_]+|DBUS_SESSION_BUS_ADDRESS|INVOCATION_ID|JOURNAL_STREAM|XPC_SERVICE_NAME|NODE_ENV|CI|MARROW_(?!.*TOKEN)[A-Z_]+)$/
const secretName = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH(?!OR)|COOKIE|PRIVATE|WEBHOOK/i
const VALUE_CHARS_MIN = 8 // Shorter ones are flags and numbers, which stand in half of all sentences.
const VALUES_MAX = 500

/**
 * The values that must not be shown: of the operator's environment, and of what the configuration sets for runs. A path
 * or a single word is none, unless its name says otherwise.
 */
export function secretValues(environments: readonly Environment[]): string[] {
  const values = environments.flatMap((environment) =>
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && !open.test(name) && isSecret(name, value) ? [value.trim()] : [],
    ),
  )
  return [...new Set(values)].slice(0, VALUES_MAX)
}

function isSecret(name: string, text: string): boolean {
  const value = text.trim()
  if (value.length < VALUE_CHARS_MIN) return false
  return secretName.test(name) || !/^(?:[/~.][\w./@+-]*|[a-z]+|[\d.]+)$/i.test(value)
}

/** Takes these values out of a text, also as they stand in JSON and in an address. Made once, used for every text. */
export function valueRedactor(values: readonly string[]): (text: string) => string {
  const written = values.flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
    ...value.split(/\r?\n/).map((line) => line.trim()),
  ])
  // The longest first: one may be a part of another.
  const needles = [...new Set(written)]
    .filter((needle) => needle.length >= VALUE_CHARS_MIN)
    .toSorted((one, other) => other.length - one.length)
  return (text) => needles.reduce((rest, needle) => rest.replaceAll(needle, () => REDACTED), text)
}
