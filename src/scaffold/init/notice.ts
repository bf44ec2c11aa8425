/** Owns the ways to reach the operator that `marrow init` offers. */
import type { Lookup } from './facts.ts'
import { right, wrong, type Checked, type Choice } from './question.ts'
import { parse } from './words.ts'

/** What `[notify]` is to say; undefined: nothing. */
export type NoticeWay =
  | { readonly key: 'desktop'; readonly value: true }
  | { readonly key: 'ntfy'; readonly value: string }
  | { readonly key: 'command'; readonly value: readonly string[] }
  | undefined

/** The answers to choose from. */
export function noticeChoices(desktop: boolean): readonly Choice[] {
  return [
    ...(desktop ? [{ answer: 'desktop', label: 'on the desktop' }] : []),
    { answer: undefined, label: 'by ntfy (the URL of a topic), or by a command that gets the text on stdin' },
    { answer: 'none', label: 'nowhere; I look at marrow report' },
  ]
}

/** Reads `none`, `desktop`, the URL of an ntfy topic, or a command. */
export function checkNotice(
  answer: string,
  desktop: boolean,
  look: Pick<Lookup, 'program'>,
): Checked<NoticeWay> {
  const text = answer.trim()
  const fix = 'Answer none, desktop, https://ntfy.sh/your-topic, or a command.'
  if (text === 'none') return right(undefined)
  if (text === 'desktop')
    return desktop
      ? right({ key: 'desktop', value: true })
      : wrong('nothing can appear on the desktop of this machine', fix)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return checkTopic(text)
  const words = parse(text)
  if (words === undefined) return wrong('a quote in the command is not closed', 'Close it.')
  const [program = ''] = words
  if (program === '') return wrong('nothing is named', fix)
  const path = look.program(program)
  return path === undefined
    ? wrong(`${program} is not on PATH`, fix)
    : right({ key: 'command', value: [path, ...words.slice(1)] })
}

function checkTopic(text: string): Checked<NoticeWay> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const fix = 'Write it like https://ntfy.sh/your-topic.'
  if (url === undefined || !/^https?:$/.test(url.protocol)) return wrong('it is no http or https URL', fix)
  if (!/^\/[\w.-]+\/?$/.test(url.pathname)) return wrong('it names no topic', fix)
  return right({ key: 'ntfy', value: text })
}
