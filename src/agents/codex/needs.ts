/** What codex needs in its home, and what of the operator's it obeys there. */
import type { Needs } from '../needs.ts'

/**
 * It exchanges its login by renaming and follows a link to it. With a file that cannot be renamed over, or not be written,
 * it spends the refresh token, which works once, and loses what it gets for it.
 */
export const needs: Needs = {
  moves: [{ variable: 'CODEX_HOME', from: '.codex', to: '' }],
  login: {
    files: [
      { path: '.codex/auth.json', refreshed: ['id_token', 'access_token', 'refresh_token', 'last_refresh'] },
    ],
    obeyed: false,
    folderVariable: undefined,
    variables: ['CODEX_API_KEY', 'CODEX_ACCESS_TOKEN'],
    how: 'codex login',
    // It exits with 0 or 1; with another code it did not get so far.
    status: {
      words: ['login', 'status'],
      read: ({ exitCode }) => (exitCode === 0 ? true : exitCode === 1 ? false : undefined),
    },
  },
  folders: ['.codex'],
  closed: [],
  obeys: [
    '.agents/skills',
    '.codex/.env',
    '.codex/*.toml', // Settings, profiles, environments, requirements.
    '.codex/AGENTS*.md',
    '.codex/agents',
    '.codex/hooks.json',
    '.codex/plugins',
    '.codex/prompts',
    '.codex/rules',
    '.codex/skills/*', // It unpacks its own beside the operator's.
  ],
  conversations: ['.codex/sessions'],
  caches: [],
  walledEnv: () => ({}),
}
