/** Owns the form in which each destination gets a notice. */
import { isoTime } from '../base/time.ts'
import { decoded } from './destinations.ts'

/** A notice as it goes out. */
export interface Message {
  /** The kind of event; `digest` for the report, `test` for a test. */
  readonly kind: string
  /** Epoch ms. */
  readonly at: number
  readonly title: string
  readonly text: string
  readonly agents: readonly string[]
  /** How many events it tells of. */
  readonly count: number
}

/** A request as it is posted. */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a program gets on its stdin. */
export function stdinOf({ title, text }: Message): string {
  return `${title}\n\n${text}\n`
}

/** All of it as JSON. */
export function webhookPost(url: string, message: Message): Post {
  const { title, text, agents, at, kind, count } = message
  return {
    ...addressed(url, { 'content-type': 'application/json' }),
    body: JSON.stringify({ title, text, agents, at: isoTime(at), kind, count }),
  }
}

const NTFY_BYTES_MAX = 4_000 // Of more than 4096, ntfy makes an attachment that nobody sees at a glance.

/** The text as the body, the title as a header. */
export function ntfyPost(url: string, { title, text }: Message): Post {
  const headers = { 'content-type': 'text/plain; charset=utf-8', title: headerText(title) }
  return { ...addressed(url, headers), body: withinBytes(text, NTFY_BYTES_MAX) }
}

const SHOWN_BYTES_MAX = 4_000 // No system starts a program with words as long as a report can be, and no bubble shows more.

/** The words of the program that shows it on the desktop of such a system. */
export function desktopWords({ title, text: whole }: Message, platform: string): readonly string[] {
  const text = withinBytes(whole, SHOWN_BYTES_MAX)
  if (platform === 'darwin') {
    // As arguments of the script, so that no text of an agent becomes a part of it.
    const lines = [
      'on run words',
      'display notification (item 2 of words) with title (item 1 of words)',
      'end run',
    ]
    return ['osascript', ...lines.flatMap((line) => ['-e', line]), title, text]
  }
  // What reads its body as markup must not take a text for a link.
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return ['notify-send', '--app-name=marrow', '--', title, escaped]
}

/** fetch refuses an address with a user and a password in it: they go into a header. */
function addressed(written: string, headers: Readonly<Record<string, string>>): Omit<Post, 'body'> {
  const url = new URL(written)
  const { username, password } = url
  if (username === '' && password === '') return { url: url.href, headers }
  url.username = ''
  url.password = ''
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return { url: url.href, headers: { ...headers, authorization: `Basic ${login}` } }
}

const WORD_BYTES_MAX = 45 // An encoded word may have 75 characters: 60 of base64, and what stands around them.

/** A header holds ASCII; anything else goes as encoded words (RFC 2047), which ntfy reads. */
function headerText(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (/^[\u0020-\u007e]*$/.test(line)) return line
  const words: string[] = ['']
  for (const character of line.toWellFormed()) {
    const longer = `${words.at(-1) ?? ''}${character}`
    if (Buffer.byteLength(longer) > WORD_BYTES_MAX) words.push(character)
    else words[words.length - 1] = longer
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ')
}

function withinBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  const head = Buffer.from(text)
    .subarray(0, most - 3)
    .toString('utf8')
  return `${head.replace(/\ufffd+$/, '')}…` // The last character may have been cut in two.
}
