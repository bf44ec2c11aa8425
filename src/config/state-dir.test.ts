import { test } from 'vitest'
import { configText, readText } from '../../test/helpers/config-text.ts'
import { stateFiles, stateFolders } from './state-dir.ts'

const own = [...stateFiles, ...stateFolders, 'lock.db', 'lock.db-journal', 'own.sock']
const text = configText({ top: 'state_dir = "/s"', after: '[ipc]\nsocket_path = "/s/own.sock"' })

/** What is warned of where these names are in the state_dir, of which some are a state_dir themselves. */
function warningsWith(names: readonly string[], states: readonly string[] = []): string[] {
  const locks = states.map((name) => `/s/${name}/lock.db`)
  return readText(text, {
    exists: (path) => path.endsWith('rules.md') || locks.includes(path),
    namesIn: (path) => (path === '/s' ? names : []),
  }).warnings
}

test("a state_dir with nothing but marrow's own in it gives no warning", ({ expect }) => {
  expect(warningsWith([...own, '.marrow.db.draft', 'lost+found', 'site-a1b2c3'], ['site-a1b2c3'])).toEqual([])
})

test('a state_dir that holds other things is warned of, and the first of them are named', ({ expect }) => {
  const told = "state_dir: /s holds things that are not marrow's: "
  expect(warningsWith([...own, 'photos'])).toEqual([`${told}photos.`])
  const many = ['a', 'b\u001b[2J', 'c', 'd', 'e']
  expect(warningsWith(many)).toEqual([`${told}a, b, c and 2 more.`])
})
