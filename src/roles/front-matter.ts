/** Owns how the files of roles and skills are taken apart: how long a head may be by whose file it is, and what the text is. */
import type { Report } from '../config/report.ts'
import { splitFrontMatter, type FrontMatter } from '../front-matter/split.ts'
import type { RoleSource } from './role.ts'

/** In characters. */
const headMax: Readonly<Record<RoleSource, number>> = { core: 16_384, operator: 16_384, workspace: 4_096 }

/** As `splitFrontMatter`; the body is trimmed. */
export function readFrontMatter(text: string, source: RoleSource, report: Report): FrontMatter | undefined {
  const read = splitFrontMatter(text, headMax[source], report)
  return read && { ...read, body: cleanText(read.body) }
}

/** What a prompt is made of: without zero bytes, which no command line and no terminal takes. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').trim()
}
