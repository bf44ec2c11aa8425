/** Owns what all commands of the tree have in common: the common flags, and how an action becomes an exit code. */
import { InvalidArgumentError, type Command } from 'commander'
import type { CommonOptions } from '../connection.ts'

/** Takes the exit code of the command that ran. */
export type Done = (exitCode: number) => void

/** What a command does with its words and its flags. */
export type Action<Options> = (words: readonly string[], options: Options & CommonOptions) => Promise<number>

/** Adds a command with the common flags, so that they may stand before or after its name. */
export function addCommand(parent: Command, signature: string, about: string): Command {
  const [name = ''] = signature.split(' ')
  const words = parent.parent === null ? name : `${parent.name()} ${name}`
  return parent
    .command(signature)
    .description(about)
    .option('-c, --config <path>', 'the configuration file')
    .option('-v, --verbose', 'say more, also about errors')
    .showHelpAfterError(`Fix: See how it is used: marrow help ${words}`)
}

/** Sets what a command does. `Options` are its own flags as commander names them. */
export function does<Options extends object>(command: Command, done: Done, act: Action<Options>): void {
  command.action(async () => {
    done(await act(command.args, command.optsWithGlobals<Options & CommonOptions>()))
  })
}

/** A flag's value that counts something, 0 up to `most`. */
export function countUpTo(most: number, least = 0): (text: string) => number {
  return (text) => {
    const count = Number(text)
    if (/^\d+$/.test(text) && count >= least && count <= most) return count
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}
