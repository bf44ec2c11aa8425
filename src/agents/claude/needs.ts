/** What Claude Code needs in its home, and what of the operator's it obeys there. */
import type { Needs } from '../needs.ts'

/**
 * Its own folder holds far more (the history of all projects, caches, logs), which is nobody's business in a run. It exchanges
 * its login by renaming, also over a link, and keeps the locks of a refresh beside it: hence a folder for all of it.
 */
export const needs: Needs = {
  moves: [
    {
      variable: 'CLAUDE_SECURESTORAGE_CONFIG_DIR',
      from: '.claude/.credentials.json',
      to: '.credentials.json',
    },
    { variable: 'CLAUDE_CONFIG_DIR', from: '.claude', to: '' },
    { variable: 'CLAUDE_CONFIG_DIR', from: '.claude.json', to: '.claude.json' },
  ],
  login: {
    files: [
      {
        path: '.claude/.credentials.json',
        refreshed: [
          'accessToken',
          'refreshToken',
          'expiresAt',
          'refreshTokenExpiresAt',
          'scopes',
          'subscriptionType',
          'rateLimitTier',
        ],
      },
    ],
    obeyed: false,
    folderVariable: 'CLAUDE_SECURESTORAGE_CONFIG_DIR',
    variables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
    how: 'claude auth login',
    status: {
      words: ['auth', 'status'],
      read: ({ stdout }) => {
        const said = /"loggedIn": *(true|false)/.exec(stdout)?.[1]
        return said === undefined ? undefined : said === 'true'
      },
    },
  },
  folders: ['.claude'],
  closed: [],
  obeys: [
    '.claude.json', // The MCP servers of the user, and the key of a login at the console.
    '.claude/settings.json',
    '.claude/settings.local.json',
    '.claude/CLAUDE.md',
    '.claude/agents',
    '.claude/commands',
    '.claude/hooks',
    '.claude/output-styles',
    '.claude/plugins/*', // It keeps notes of its own in the folder itself.
    '.claude/rules',
    '.claude/skills',
    '.claude/workflows',
  ],
  conversations: ['.claude/projects'],
  caches: [],
  // As root it would otherwise refuse to work without asking.
  walledEnv: () => ({ IS_SANDBOX: '1' }),
}
