/** Delivers one notice to one destination: starts a program, or posts it. */
import { basename } from 'node:path'
import { formatDuration } from '../base/duration.ts'
import { plain } from '../base/plain.ts'
import { runCommand, type CommandResult } from '../platform/command.ts'
import { post, type PostResult } from '../platform/post.ts'
import type { Destination } from './destinations.ts'
import { desktopWords, ntfyPost, stdinOf, webhookPost, type Message, type Post } from './messages.ts'

/** What became of it. A reason holds nothing of an address. */
export type Sent =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly fix: string }

/** From where it is sent, and what ends it early. */
export interface SendGround {
  readonly cwd: string
  /** The whole environment of a program. */
  readonly env: Readonly<Record<string, string>>
  readonly platform: string
  /** Takes out of what a program says whatever may not be shown. */
  readonly redact: (text: string) => string
  readonly signal: AbortSignal
}

const PROGRAM_MS_MAX = 30_000
const ANSWER_MS_MAX = 10_000
const SAID_BYTES_MAX = 4_096
const SAID_CHARS_MAX = 200

/** Delivers it, within half a minute. Never rejects: that it did not work is data. */
export async function send(to: Destination, message: Message, ground: SendGround): Promise<Sent> {
  switch (to.name) {
    case 'command':
      return sendBy(to.words, stdinOf(message), ground)
    case 'desktop':
      return sendBy(desktopWords(message, ground.platform), undefined, ground)
    case 'webhook':
      return sendPost(webhookPost(to.url, message), ground)
    case 'ntfy':
      return sendPost(ntfyPost(to.url, message), ground)
  }
}

async function sendBy(
  words: readonly string[],
  stdin: string | undefined,
  { cwd, env, signal, redact }: SendGround,
): Promise<Sent> {
  const options = { cwd, env, signal, stdin, deadlineMs: PROGRAM_MS_MAX, maxBytes: SAID_BYTES_MAX }
  return fromProgram(basename(words[0] ?? ''), await runCommand(words, options), redact)
}

function fromProgram(program: string, result: CommandResult, redact: SendGround['redact']): Sent {
  switch (result.kind) {
    case 'missing':
      return {
        ok: false,
        reason: `${program} cannot be started`,
        fix: `Install ${program}, or name another program.`,
      }
    case 'deadline':
      return {
        ok: false,
        reason: `${program} did not end within ${formatDuration(PROGRAM_MS_MAX)}`,
        fix: 'Try it by hand, with a text on its stdin.',
      }
    case 'aborted':
      return { ok: false, reason: 'it was interrupted', fix: 'Try again.' }
    case 'exited': {
      if (result.exitCode === 0) return { ok: true }
      // Before it is cut: of a part of a value nobody knows that it is one.
      const said = plain(redact(result.stderr)).slice(0, SAID_CHARS_MAX).toWellFormed()
      const reason = `${program} exited with code ${result.exitCode}${said === '' ? '' : `: ${said}`}`
      return { ok: false, reason, fix: 'Try it by hand, with a text on its stdin.' }
    }
  }
}

async function sendPost(request: Post, { signal }: SendGround): Promise<Sent> {
  return fromServer(await post({ ...request, signal, deadlineMs: ANSWER_MS_MAX }))
}

function fromServer(result: PostResult): Sent {
  if (result.kind === 'failed')
    return {
      ok: false,
      reason: result.reason,
      fix: 'Check the address, and that its server can be reached from here.',
    }
  const { status } = result
  if (status >= 200 && status < 300) return { ok: true }
  return { ok: false, reason: `HTTP ${status}`, fix: fixOf(status) }
}

function fixOf(status: number): string {
  if (status < 400) return 'It leads to another address, and marrow follows none: write that one.'
  if (status === 401 || status === 403) return 'Write a user and a password, or a token, into the address.'
  return status === 404 ? 'Correct the address.' : 'Look at the log of its server.'
}
