import { test } from 'vitest'
import { presumedSettings } from './settings.ts'

const env = { HOME: '/home/me', MARROW_WORK_DIR: '/project' }
const usual = [
  '/home/me/.claude/settings.json',
  '/project/.claude/settings.json',
  '/project/.claude/settings.local.json',
]

test.for<[string, string[], string[]]>([
  ['the usual ones', ['claude', '-p'], []],
  ['a named one', ['claude', '-p', '--settings', '/etc/mine.json'], ['/etc/mine.json']],
  ['one that is named from the work_dir', ['claude', '--settings=mine.json'], ['/project/mine.json']],
  ['no words that are settings', ['claude', '--settings', ' {"env":{}}'], []],
  ['one behind a wrapper', ['nice', '-n', '5', '--', 'claude', '--settings=/a.json'], ['/a.json']],
  ['no flag of a wrapper', ['env', '--settings=x', 'claude'], []],
  ['no words of a prompt', ['claude', '--', '--settings', '/etc/mine.json'], []],
  ['no flag without a value', ['claude', '--settings'], []],
])('settings files must be JSON: %s', ([, words, more], { expect }) => {
  const presumed = presumedSettings(words, env)
  expect(presumed.map(({ path }) => path)).toEqual([...usual, ...more])
  expect(presumed.every(({ must }) => must === 'be JSON if it is there')).toBe(true)
})

test('the user\u2019s settings are looked for where CLAUDE_CONFIG_DIR is, and nowhere without a home', ({
  expect,
}) => {
  expect(presumedSettings(['claude'], { HOME: '/home/me', CLAUDE_CONFIG_DIR: '/srv/claude' })[0]?.path).toBe(
    '/srv/claude/settings.json',
  )
  expect(presumedSettings(['env', 'CLAUDE_CONFIG_DIR=/srv/own', 'claude'], env)[0]?.path).toBe(
    '/srv/own/settings.json',
  )
  expect(presumedSettings(['claude'], {})).toEqual([])
  expect(presumedSettings(['ssh', 'box', 'claude'], env)).toEqual([])
})
