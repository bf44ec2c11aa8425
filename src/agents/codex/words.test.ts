import { describe, test } from 'vitest'
import type { WordsRequest } from '../adapter.ts'
import { presumedProfile, wordsFor } from './words.ts'

const request: WordsRequest = {
  words: ['codex', 'exec'],
  promptVia: 'stdin',
  promptPlaced: false,
  prompt: 'Work.',
  promptFile: '/run/prompt',
  workDir: '/project',
  workspace: '/space',
}

describe('the words of codex', () => {
  test.for<[string, string[], string[]]>([
    ['get --json', ['codex', 'exec'], ['codex', 'exec', '--json']],
    ['get it after the short name of exec too', ['codex', 'e', '-s'], ['codex', 'e', '--json', '-s']],
    [
      'keep other flags',
      ['/opt/codex', '--profile', 'x', 'exec', '--sandbox', 'exec'],
      ['/opt/codex', '--profile', 'x', 'exec', '--json', '--sandbox', 'exec'],
    ],
    ['get nothing twice', ['codex', 'exec', '--json'], ['codex', 'exec', '--json']],
    [
      'may spell it the other way',
      ['codex', 'exec', '--experimental-json'],
      ['codex', 'exec', '--experimental-json'],
    ],
    [
      'get it before what is opened again',
      ['codex', 'exec', 'resume', '--last'],
      ['codex', 'exec', '--json', 'resume', '--last'],
    ],
    ['get it before a dash', ['codex', 'exec', '-'], ['codex', 'exec', '--json', '-']],
    [
      'get it before a message',
      ['codex', 'exec', '--', '--json'],
      ['codex', 'exec', '--json', '--', '--json'],
    ],
    ['get it before a message that is exec', ['codex', '--', 'exec'], ['codex', '--json', '--', 'exec']],
    [
      'get it behind another program with such a word',
      ['flock', 'e', 'codex', 'exec', '-m', 'x'],
      ['flock', 'e', 'codex', 'exec', '--json', '-m', 'x'],
    ],
    ['get it last in a wrapper', ['./my-agent', 'exec', '-v'], ['./my-agent', 'exec', '-v', '--json']],
    [
      'get it behind another program',
      ['nice', '-n', '5', 'codex', 'exec', '-m', 'x'],
      ['nice', '-n', '5', 'codex', 'exec', '--json', '-m', 'x'],
    ],
  ])('%s', ([, words, expected], { expect }) => {
    expect(wordsFor({ ...request, words })).toEqual({ words: expected, promptOnStdin: true })
  })

  test.for<[string, Partial<WordsRequest>, string[]]>([
    ['after the mark that ends the flags', { prompt: '-v' }, ['codex', 'exec', '--json', '--', '-v']],
    [
      'after a mark that is there',
      { words: ['codex', 'exec', '--'] },
      ['codex', 'exec', '--json', '--', 'Work.'],
    ],
  ])('hold the prompt %s', ([, changes, expected], { expect }) => {
    const delivery = wordsFor({ ...request, promptVia: 'argument', ...changes })
    expect(delivery).toEqual({ words: expected, promptOnStdin: false })
  })

  test.for<[string, Partial<WordsRequest>]>([
    ['is too long for an argument', { promptVia: 'argument', prompt: 'x'.repeat(131_072) }],
    ['would mean stdin as an argument', { promptVia: 'argument', prompt: '-' }],
    ['is to be read from a file', { promptVia: 'file' }],
  ])('hold no prompt that %s', ([, changes], { expect }) => {
    expect(wordsFor({ ...request, ...changes })).toEqual({
      words: ['codex', 'exec', '--json'],
      promptOnStdin: true,
    })
  })

  test('leave the prompt to the operator who placed it', ({ expect }) => {
    const words = ['codex', 'exec', 'Read /run/prompt']
    expect(wordsFor({ ...request, words, promptPlaced: true })).toEqual({
      words: ['codex', 'exec', '--json', 'Read /run/prompt'],
      promptOnStdin: false,
    })
  })
})

describe('the profile of codex', () => {
  const path = '/home/me/.codex/work.config.toml'

  test.for<[string, string[]]>([
    ['-p NAME', ['codex', 'exec', '-p', 'work']],
    ['-pNAME', ['codex', 'exec', '-pwork']],
    ['--profile NAME', ['codex', '--profile', 'work', 'exec']],
    ['--profile=NAME', ['/opt/codex', 'exec', '--profile=work', '--json']],
    ['one behind another program', ['unshare', '-p', 'codex', 'exec', '-p', 'work']],
  ])('is presumed for %s', ([, words], { expect }) => {
    expect(presumedProfile(words, { HOME: '/home/me' })).toEqual([
      { path, must: 'be there', otherwise: `codex has no profile "work": there is no ${path}` },
    ])
  })

  test('is looked for where CODEX_HOME is', ({ expect }) => {
    const [presumption] = presumedProfile(['codex', 'exec', '-p', 'work'], {
      HOME: '/home/me',
      CODEX_HOME: '/srv/codex',
    })
    expect(presumption?.path).toBe('/srv/codex/work.config.toml')
  })

  test.for<[string, string[], Record<string, string>]>([
    ['no profile', ['codex', 'exec', '--json'], { HOME: '/home/me' }],
    ['a name that codex refuses', ['codex', 'exec', '-p', '../work'], { HOME: '/home/me' }],
    ['no name', ['codex', 'exec', '-p'], { HOME: '/home/me' }],
    ['a flag of another program', ['unshare', '-p', 'codex', 'exec'], { HOME: '/home/me' }],
    ['a flag of an unknown program', ['./my-agent', '-p', 'work'], { HOME: '/home/me' }],
    ['words of a message', ['codex', 'exec', '--', '-p', 'work'], { HOME: '/home/me' }],
    ['no home', ['codex', 'exec', '-p', 'work'], {}],
    ['a home that depends on the folder', ['codex', 'exec', '-p', 'work'], { CODEX_HOME: 'codex' }],
  ])('is not presumed for %s', ([, words, env], { expect }) => {
    expect(presumedProfile(words, env)).toEqual([])
  })
})
