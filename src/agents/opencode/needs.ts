/** What opencode needs in its home, and what of the operator's it obeys there. */
import type { Needs } from '../needs.ts'

const CONVERSATIONS = '.local/share/opencode/kept'

/**
 * It writes its login in place, and an entry of that file may name a server whose settings it obeys: only tokens ever get
 * back. Its folder for settings is closed, because it would install a package of its own there before each run.
 */
export const needs: Needs = {
  moves: [
    { variable: 'XDG_CONFIG_HOME', from: '.config', to: '' },
    { variable: 'XDG_DATA_HOME', from: '.local/share', to: '' },
    { variable: 'XDG_CACHE_HOME', from: '.cache', to: '' },
    { variable: 'XDG_STATE_HOME', from: '.local/state', to: '' },
  ],
  login: {
    files: [{ path: '.local/share/opencode/auth.json', refreshed: ['access', 'refresh', 'expires'] }],
    obeyed: true,
    folderVariable: undefined,
    variables: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY', 'GEMINI_API_KEY'],
    how: 'opencode auth login',
    // It counts logins and variables. Without any it may still have a model of its own, in its settings.
    status: {
      words: ['auth', 'list'],
      read: ({ stdout }) => {
        const counts = [...stdout.matchAll(/(\d+) (?:credential|environment variable)s?/g)]
        return counts.some(([, count]) => Number(count) > 0) || undefined
      },
    },
  },
  folders: [
    '.config/opencode',
    '.local/share/opencode',
    '.local/state/opencode',
    '.cache/opencode',
    '.opencode',
  ],
  closed: ['.config/opencode', '.opencode'],
  obeys: [
    '.config/opencode/*',
    '.opencode/*',
    '.agents/skills',
    '.claude/CLAUDE.md', // It reads what is meant for Claude Code.
    '.claude/skills',
  ],
  conversations: [CONVERSATIONS],
  // Packages of model providers and plugins, and the list of models.
  caches: ['.cache/opencode'],
  // Beside the login by default, where a folder of the agent's own would take the login along.
  walledEnv: (at) => ({ OPENCODE_DB: `${at(CONVERSATIONS)}/opencode.db` }),
}
