/** Owns the table of keys as docs/configuration.md shows it. */
import type { Key } from './key.ts'
import { keys, sectionTitles, type Section } from './keys.ts'

/** The whole table as Markdown, one part per section. */
export function renderKeysTable(): string {
  const sections: readonly Section[] = [
    'top',
    'agents',
    'env',
    'agentIsolation',
    'agentLimits',
    'isolation',
    'limits',
    'notify',
    'delegation',
    'ipc',
    'journal',
    'sync',
  ]
  return sections.map(renderSection).join('\n')
}

function renderSection(section: Section): string {
  const title = section === 'top' ? sectionTitles.top : `\`${sectionTitles[section]}\``
  const rows = Object.entries<Key>(keys[section]).map(([name, key]) =>
    row([`\`${name}\``, key.type, key.default, ruleOf(key), key.meaning]),
  )
  const head = row(['key', 'type', 'default', 'rule', 'meaning'])
  return `### ${title}\n\n${[head, row(['---', '---', '---', '---', '---']), ...rows].join('\n')}\n`
}

function ruleOf(key: Key): string {
  const range =
    key.type === 'duration' || key.type === 'size' || key.range === undefined
      ? []
      : [`${key.range[0]} to ${key.range[1]}`]
  return [...range, ...(key.rule === undefined ? [] : [key.rule])].join('; ')
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
