/** The pages that are made from the list of commands, and that nothing in the tree of commands is missing from any of them. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { split } from 'shlex'
import { test } from 'vitest'
import { version } from '../../base/version.ts'
import { wantedAt } from '../completion/wanted.ts'
import { commandTree } from '../program.ts'
import { commandNamed, commands, groups } from '../program/groups.ts'
import { commandHelp, programHelp } from './help.ts'
import { manPage } from './man.ts'
import { withReference } from './reference.ts'

const reference = new URL('../../../docs/commands.md', import.meta.url)
const manFile = new URL('../../../docs/marrow.1', import.meta.url)

/** Every command below this one, with its words. */
function everyCommand(command: Command, words: readonly string[] = []): { name: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const name = [...words, child.name()]
    return [{ name: name.join(' '), command: child }, ...everyCommand(child, name)]
  })
}

const tree = everyCommand(commandTree(() => {}))

test('docs/commands.md is what the list of commands says', async ({ expect }) => {
  const page = readFileSync(reference, 'utf8')
  expect(page).toContain('generated from the list of commands')
  await expect(withReference(page, groups)).toMatchFileSnapshot(reference.pathname)
})

test('docs/marrow.1 is what the list of commands says', async ({ expect }) => {
  await expect(manPage(groups, version)).toMatchFileSnapshot(manFile.pathname)
})

test('the list has at most five groups, and every command once', ({ expect }) => {
  expect(groups.length).toBeLessThanOrEqual(5)
  expect(tree.map(({ name }) => name).toSorted()).toEqual(commands.map(({ name }) => name).toSorted())
})

test.for(tree)(
  '$name is in the help, the pages and the completion, with all its flags',
  ({ name, command }, { expect }) => {
    const spec = commandNamed(name)
    if (spec === undefined) throw new Error(`${name} is not in the list of commands`)
    const own = commandHelp(spec, 100)
    const [page, man] = [
      readFileSync(reference, 'utf8'),
      readFileSync(manFile, 'utf8').replaceAll('\\-', '-'),
    ]
    const offered = wantedAt(name.split(' '), '-').fixed.map(({ value }) => value)
    const before = wantedAt(name.split(' ').slice(0, -1), '').fixed.map(({ value }) => value)
    expect(before).toContain(name.split(' ').at(-1))
    if (command.commands.length === 0) {
      for (const text of [programHelp(groups, 100), page]) expect(text).toContain(name)
    }
    expect(man).toContain(`marrow ${name}`)
    expect(own.split('\n')[0]).toContain(`marrow ${name}`)
    for (const { flags, long } of command.options) {
      for (const text of [own, page, man]) expect(text).toContain(flags)
      expect(offered).toContain(long)
    }
    for (const word of spec.words ?? [])
      for (const text of [own, page, man]) expect(text).toContain(word.about)
  },
)

test('every example is a line that the parser takes for that command', async ({ expect }) => {
  for (const spec of commands.filter(({ act }) => act !== undefined)) {
    for (const { line } of spec.examples) {
      const words = split(line.replace(/ (\||>>?) .*$/, ''))
      const root = commandTree(() => {})
      const done: string[] = []
      for (const { name, command } of everyCommand(root)) {
        command.action(() => void done.push(name)).configureOutput({ writeErr: () => {} })
      }
      await root.parseAsync(words.slice(1), { from: 'user' })
      expect([line, ...done]).toEqual([line, spec.name])
    }
  }
})

test('every command that is named as worth a look exists', ({ expect }) => {
  for (const { see, examples, name } of commands) {
    expect(examples.length, name).toBeGreaterThan(0)
    expect(examples.length, name).toBeLessThanOrEqual(3)
    for (const other of see) expect(commandNamed(other), `${name} names ${other}`).toBeDefined()
  }
})

test.for([40, 80, 200])('help keeps within %i columns where its words allow it', (columns, { expect }) => {
  const texts = [programHelp(groups, columns), ...commands.map((command) => commandHelp(command, columns))]
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => !/^Usage:|^ {2}marrow |^See also/.test(line))
  const widest = Math.max(...lines.map((line) => line.length))
  expect(widest).toBeLessThanOrEqual(Math.min(100, Math.max(columns, 66)))
})

const hasGroff = await new Promise<boolean>((resolve) => {
  execFile('groff', ['--version'], (error) => resolve(error === null))
})
if (!hasGroff) process.stderr.write('groff is not installed: whether it shows the man page is not tested.\n')

test.skipIf(!hasGroff && !process.env['CI'])(
  'groff shows the man page without a warning',
  async ({ expect }) => {
    const { out, err } = await new Promise<{ out: string; err: string }>((resolve) => {
      execFile('groff', ['-man', '-Tascii', '-ww', '-rLL=100n', manFile.pathname], (_, stdout, stderr) =>
        resolve({ out: stdout, err: stderr }),
      )
    })
    expect(err).toBe('')
    // oxlint-disable-next-line no-control-regex -- What a terminal takes as bold, underlined, or both.
    const shown = out.replace(/\u001b\[[0-9;]*m|.\u0008/g, '')
    expect(shown).toContain('marrow wake <agent> [flags]')
    expect(shown).toContain('marrow events --kind run.ended --agent scout')
    expect(shown).toContain('~/.config/marrow/marrow.toml')
  },
)
