import { describe, test } from 'vitest'
import { fillPlaceholders, PLACEHOLDERS } from './placeholders.ts'

const values = {
  prompt: 'Use {agent} and $& and {prompt}.',
  promptFile: '/state/runs/r/prompt',
  workspace: '/space',
  workDir: '/work',
  agent: 'scout',
  runId: 'scout-20261120-101503-123-abcd',
  role: 'lead',
}

describe('fillPlaceholders', () => {
  test('fills every placeholder, several in one word too', ({ expect }) => {
    expect(fillPlaceholders([PLACEHOLDERS.join('|')], values).words).toEqual([
      `${values.prompt}|/state/runs/r/prompt|/space|/work|scout|scout-20261120-101503-123-abcd|lead`,
    ])
  })

  test('leaves braces that are no placeholder alone', ({ expect }) => {
    const words = ['{', '{tasks}', '{Prompt}', '{{}}', '{toString}']
    expect(fillPlaceholders(words, values)).toEqual({ words, promptPlaced: false })
  })

  test.for<[string, boolean]>([
    ['--message={prompt}', true],
    ['{prompt_file}', true],
    ['{workspace}', false],
  ])('says whether %s places the prompt: %j', ([word, placed], { expect }) => {
    expect(fillPlaceholders(['agent', word], values).promptPlaced).toBe(placed)
  })
})
