/** Owns the list of all commands, in the order in which people meet them. */
import { begin } from './begin.ts'
import { daemon } from './daemon.ts'
import { look } from './look.ts'
import { more } from './more.ts'
import type { CommandSpec, Group } from './spec.ts'
import { work } from './work.ts'

/** All commands, in five groups. */
export const groups: readonly Group[] = [begin, daemon, work, look, more]

/** All commands; a word with commands below it comes before them. */
export const commands: readonly CommandSpec[] = groups.flatMap((group) => group.commands)

/** The command of exactly these words. */
export function commandNamed(name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name)
}

/** The commands one word below: `task add` and `task list` below `task`, the first words below ''. */
export function commandsBelow(name: string): readonly CommandSpec[] {
  const depth = name === '' ? 1 : name.split(' ').length + 1
  const prefix = name === '' ? '' : `${name} `
  return commands.filter((command) => {
    return command.name.startsWith(prefix) && command.name.split(' ').length === depth
  })
}
