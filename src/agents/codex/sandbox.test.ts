import { split } from 'shlex'
import { describe, test } from 'vitest'
import { walled } from './sandbox.ts'

describe('codex behind the wall, where it can make no sandbox', () => {
  test.for<[string, string]>([
    ['codex exec -s workspace-write -', 'codex exec --sandbox danger-full-access -'],
    ['/opt/codex exec --sandbox=workspace-write', '/opt/codex exec --sandbox danger-full-access'],
    ['codex exec -sworkspace-write --json', 'codex exec --sandbox danger-full-access --json'],
    [`codex exec -c 'sandbox_mode="workspace-write"' x`, 'codex exec -c sandbox_mode=danger-full-access x'],
    [`codex -c 'default_permissions=":workspace"' exec`, 'codex -c sandbox_mode=danger-full-access exec'],
    [
      'codex exec --sandbox=workspace-write -c sandbox_mode=workspace-write -m o',
      'codex exec --sandbox danger-full-access -c sandbox_mode=danger-full-access -m o',
    ],
    [
      'codex exec -s workspace-write -c sandbox_mode=workspace-write -m o',
      'codex exec --sandbox danger-full-access -c sandbox_mode=danger-full-access -m o',
    ],
    [
      'env -s workspace-write codex exec -s workspace-write',
      'env -s workspace-write codex exec --sandbox danger-full-access',
    ],
  ])('%s', ([words, expected], { expect }) => {
    const found = walled(split(words))
    expect(found).toMatchObject({ kind: 'works', words: split(expected) })
  })

  test('it is said what nobody keeps from its commands then', ({ expect }) => {
    expect(walled(['codex', 'exec', '--sandbox', 'workspace-write'])).toMatchObject({
      gaps: [
        '--sandbox workspace-write of codex cannot work behind it: its commands may also use the network and write to .git',
      ],
    })
  })

  test('what it was given already is not lost', ({ expect }) => {
    const words = split('codex exec -s workspace-write -c sandbox_workspace_write.network_access=true')
    expect(walled(words)).toMatchObject({
      gaps: ['-s workspace-write of codex cannot work behind it: its commands may also write to .git'],
    })
  })

  test.for([
    'codex exec',
    'codex exec -s danger-full-access',
    'codex exec -- -s workspace-write',
    'codex exec -c model=o',
  ])('%s stays as it is', (words, { expect }) => {
    expect(walled(split(words))).toEqual({ kind: 'works', words: split(words), gaps: [] })
  })

  test.for<[string, string]>([
    ['codex exec -s read-only', '-s read-only'],
    ['codex exec -c sandbox_mode=read-only', '-c sandbox_mode=read-only'],
    ['codex exec -s workspace-write --approve-for-me', '--approve-for-me'],
  ])('%s is refused, for nothing there is as strict', ([words, written], { expect }) => {
    expect(walled(split(words))).toEqual({
      kind: 'refused',
      reason: `codex cannot make the sandbox of ${written} behind the wall`,
      fix: expect.stringContaining('--sandbox danger-full-access'),
    })
  })
})
