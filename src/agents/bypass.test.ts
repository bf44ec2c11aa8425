import { split } from 'shlex'
import { describe, test } from 'vitest'
import { adapterFor, isAdapterName } from './adapters.ts'

type Case = readonly [words: string, found: string | undefined]

const cases: Readonly<Record<string, readonly Case[]>> = {
  claude: [
    ['claude -p --dangerously-skip-permissions', '--dangerously-skip-permissions'],
    ['/opt/claude --permission-mode bypassPermissions -p', '--permission-mode bypassPermissions'],
    ['claude --permission-mode=bypassPermissions', '--permission-mode=bypassPermissions'],
    ['claude --permission-mode acceptEdits', undefined],
    ['claude --permission-mode auto', undefined],
    ['claude --allow-dangerously-skip-permissions', undefined],
    ['claude --allowedTools Bash', undefined],
    [
      `claude --settings '{"permissions":{"defaultMode":"bypassPermissions"}}'`,
      'bypassPermissions in --settings',
    ],
    [`claude --settings='{"permissions":{"defaultMode":"plan"}}'`, undefined],
    [`claude --settings '{"permissions":'`, undefined],
    [`claude --settings '{"permissions":null}'`, undefined],
    ['claude --settings file.json', undefined],
    ['claude -p -- --dangerously-skip-permissions', undefined],
    [
      'env CLAUDE_CODE_EVEN_MORE_DANGEROUSLY_SKIP_PERMISSIONS=1 claude',
      'CLAUDE_CODE_EVEN_MORE_DANGEROUSLY_SKIP_PERMISSIONS',
    ],
    ['npx @anthropic-ai/claude-code@2 --dangerously-skip-permissions', '--dangerously-skip-permissions'],
  ],
  codex: [
    ['codex exec --dangerously-bypass-approvals-and-sandbox', '--dangerously-bypass-approvals-and-sandbox'],
    ['codex --yolo exec', '--yolo'],
    ['codex exec -s danger-full-access', '-s danger-full-access'],
    ['codex exec -sdanger-full-access', '-sdanger-full-access'],
    ['codex exec --sandbox=danger-full-access', '--sandbox=danger-full-access'],
    ['codex exec -c sandbox_mode=danger-full-access', '-c sandbox_mode=danger-full-access'],
    [
      `codex exec --config 'sandbox_mode = "danger-full-access"'`,
      '--config sandbox_mode = "danger-full-access"',
    ],
    [
      `codex -c 'default_permissions=":danger-full-access"' e`,
      '-c default_permissions=":danger-full-access"',
    ],
    ['codex exec -s workspace-write', undefined],
    ['codex exec', undefined],
    ['codex exec -- --yolo', undefined],
  ],
  gemini: [
    ['gemini --yolo', '--yolo'],
    ['gemini -y', '-y'],
    ['gemini -dy', '-dy'],
    ['gemini --yolo=true', '--yolo=true'],
    ['gemini --yolo=false', undefined],
    ['gemini --approval-mode yolo', '--approval-mode yolo'],
    ['gemini --approvalMode=yolo', '--approvalMode=yolo'],
    ['gemini --approval-mode auto_edit --skip-trust', undefined],
    ['npx @google/gemini-cli@0.61.0 -y', '-y'],
  ],
  opencode: [
    ['opencode run --auto', '--auto'],
    ['opencode run --yolo', '--yolo'],
    ['opencode run --dangerously-skip-permissions', '--dangerously-skip-permissions'],
    ['opencode run --auto=false', undefined],
    ['opencode run', undefined],
    ['opencode run -- --auto', undefined],
    [`env OPENCODE_PERMISSION='"allow"' opencode run`, 'OPENCODE_PERMISSION'],
    [`env OPENCODE_PERMISSION='{"*":"allow"}' opencode run`, 'OPENCODE_PERMISSION'],
    [`env OPENCODE_PERMISSION='{"bash":{"*":"allow","rm *":"deny"}}' opencode run`, 'OPENCODE_PERMISSION'],
    [`env OPENCODE_PERMISSION='{"bash":{"git *":"allow"}}' opencode run`, undefined],
    [`env OPENCODE_PERMISSION='{"edit":"allow"}' opencode run`, undefined],
    [`env OPENCODE_PERMISSION='null' opencode run`, undefined],
    [`env OPENCODE_PERMISSION='{' opencode run`, undefined],
  ],
  generic: [['anything --yolo --dangerously-skip-permissions', undefined]],
}

describe.for(Object.entries(cases))('what lets %s work without asking', ([name, all]) => {
  test.for(all)('%s', ([words, found], { expect }) => {
    const adapter = adapterFor(isAdapterName(name) ? name : 'generic')
    expect(adapter.bypass?.(split(words), {})).toBe(found)
  })
})

test('a variable of the run counts like one among the words', ({ expect }) => {
  const run = ['opencode', 'run']
  expect(adapterFor('opencode').bypass?.(run, { OPENCODE_PERMISSION: '"allow"' })).toBe('OPENCODE_PERMISSION')
  expect(adapterFor('opencode').bypass?.(['ssh', 'host', ...run], { OPENCODE_PERMISSION: '"allow"' })).toBe(
    'OPENCODE_PERMISSION',
  )
})
