/** What Gemini CLI needs in its home, and what of the operator's it obeys there. */
import type { Needs } from '../needs.ts'

/** It writes its login in place. The encrypted file is made for this machine's name and user, which the wall leaves alone. */
export const needs: Needs = {
  moves: [
    // It takes the place of HOME itself.
    { variable: 'GEMINI_CLI_HOME', from: '.gemini', to: '.gemini' },
    { variable: 'GEMINI_CLI_HOME', from: '.agents', to: '.agents' },
    { variable: 'CLOUDSDK_CONFIG', from: '.config/gcloud', to: '' },
  ],
  login: {
    files: [
      {
        path: '.gemini/oauth_creds.json',
        refreshed: ['access_token', 'id_token', 'refresh_token', 'expiry_date', 'scope', 'token_type'],
      },
      // Not to be looked into; what is refreshed in it can be refreshed again.
      { path: '.gemini/gemini-credentials.json', refreshed: [] },
      { path: '.gemini/.env', refreshed: undefined },
      { path: '.config/gcloud/application_default_credentials.json', refreshed: undefined },
    ],
    obeyed: false,
    folderVariable: undefined,
    variables: [
      'GEMINI_API_KEY',
      'GOOGLE_API_KEY',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'GOOGLE_CLOUD_ACCESS_TOKEN',
    ],
    how: 'start gemini by hand once and choose how to sign in',
    status: undefined,
  },
  folders: ['.gemini'],
  closed: [],
  obeys: [
    '.agents/skills',
    '.gemini/settings.json',
    '.gemini/GEMINI.md',
    '.gemini/acknowledgments',
    '.gemini/agents',
    '.gemini/commands',
    '.gemini/extensions',
    '.gemini/extension_integrity.json',
    '.gemini/google_accounts.json', // Who is logged in.
    '.gemini/mcp-server-enablement.json',
    '.gemini/policies',
    '.gemini/skills',
    '.gemini/trustedFolders.json',
  ],
  conversations: ['.gemini/tmp'],
  caches: [],
  walledEnv: () => ({}),
}
