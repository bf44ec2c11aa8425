/** Owns the small marrow.toml that tests of the configuration change, and a short form of what is found in it. */
import { parseConfig, type ParseContext } from '../../src/config/parse.ts'
import { keyText } from '../../src/config/report.ts'

/** A machine on which nothing is wrong: `/link` leads into the program, and `$TEAM` is the only variable. */
export const context: ParseContext = {
  path: '/etc/marrow/marrow.toml',
  home: '/home/ada',
  env: { TEAM: '/srv/team' },
  programRoot: '/usr/lib/marrow',
  realPath: (path) => path.replace('/link', '/usr/lib/marrow'),
  exists: (path) => path.endsWith('rules.md'),
  namesIn: () => [],
}

const required = { name: '"scout"', agent_command: '"opencode run"', workspace: '"/srv/ws"' }

/** A file with one valid agent: `top` before it, `agent` in it, `after` behind it. */
export function configText({ top = '', agent = '', after = '' } = {}): string {
  const own = Object.entries(required)
    .filter(([name]) => !new RegExp(`^${name} =`, 'm').test(agent))
    .map(([name, value]) => `${name} = ${value}`)
  return [top, '[[agents]]', ...own, agent, after].join('\n')
}

/** What the text says, each issue as `key: reason`. */
export function readText(text: string, facts: Partial<ParseContext> = {}) {
  const { config, problems, warnings } = parseConfig(text, { ...context, ...facts })
  const show = ({ path, reason }: (typeof problems)[number]) => `${keyText(path)}: ${reason}`
  return { config, problems: problems.map(show), warnings: warnings.map(show) }
}
