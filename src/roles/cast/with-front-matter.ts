/** Writes a text with front matter, for any value that a field may have. */
import { stringify } from 'yaml'

/** Fields that are undefined are left out. */
export function withFrontMatter(fields: Readonly<Record<string, unknown>>, body: string): string {
  const told = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  // YAML 1.1 too: some of the readers take a bare `no` or `1_000` for something else than text. Long lines are not folded.
  const yaml = stringify(told, {
    version: '1.1',
    lineWidth: 0,
    blockQuote: false, // A block loses the space that it begins with.
    aliasDuplicateObjects: false,
  })
  return `---\n${yaml}---\n${body === '' ? '' : `\n${body}\n`}`
}
