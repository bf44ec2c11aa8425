/** Owns how a report reads as text: plain for notices, Markdown for whoever passes it on. Pure. */
import { plain } from '../base/plain.ts'
import { fromIso, withClockTimes } from '../base/time.ts'
import type { Report } from '../ipc/protocol/report.ts'
import { periodLine, sectionsOf } from './sections.ts'

/** The verdict first, then one line for each thing that is told. */
export function reportText(report: Report): string {
  const told = (text: string) => withClockTimes(plain(text), fromIso(report.made_at))
  const sections = sectionsOf(report).flatMap(({ title, entries }) => [
    '',
    title.toUpperCase(),
    ...entries.flatMap(({ text, below = [], fix }) => [
      `- ${told(text)}`,
      ...[...below, ...(fix === undefined ? [] : [`> ${fix}`])].map((line) => `    ${told(line)}`),
    ]),
  ])
  return [told(report.verdict.line), told(periodLine(report)), ...sections, ''].join('\n')
}

/** The same as Markdown. What comes from agents can be neither a link nor a heading in it. */
export function reportMarkdown(report: Report): string {
  const told = (text: string) => escaped(withClockTimes(plain(text), fromIso(report.made_at)))
  const sections = sectionsOf(report).flatMap(({ title, entries }) => [
    '',
    `## ${title}`,
    '',
    ...entries.flatMap(({ text, below = [], fix }) => [
      `- ${told(text)}${fix === undefined ? '' : `: ${code(plain(fix))}`}`,
      ...below.map((line) => `  - ${told(line)}`),
    ]),
  ])
  return [`**${told(report.verdict.line)}**`, '', told(periodLine(report)), ...sections, ''].join('\n')
}

/** A word that would become a link by itself stands as code: many viewers look for those after the escapes are undone. */
function escaped(text: string): string {
  return text
    .split(' ')
    .map((word) => (LINKED.test(word) ? code(word) : word.replace(/[\\`*_[\]<>#|~!&]/g, String.raw`\$&`)))
    .join(' ')
}

// Addresses, mail addresses, names of people, numbers of issues. An agent's `name@project` is none of them.
const LINKED = /:\/\/|\bwww\.|\w@\S*\.\w|(?:^|\W)@\w|#\d/i

/** With as many marks around it as it takes that none of its own ends it. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([marks]) => marks.length))
  const marks = '`'.repeat(longest + 1)
  return longest === 0 ? `${marks}${text}${marks}` : `${marks} ${text} ${marks}`
}
