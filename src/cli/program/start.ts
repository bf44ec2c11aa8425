/** Owns the commands with which one begins: make a workspace, look whether it is right, try marrow out. */
import type { Command } from 'commander'
import { addCommand, does, type Done } from './command.ts'
import type { DemoOptions } from '../commands/demo.ts'
import type { ScaffoldOptions } from '../commands/scaffold.ts'

/** Adds them to the tree. */
export function addStartCommands(root: Command, done: Done): void {
  root.commandsGroup('Begin:')
  const scaffold = addCommand(root, 'scaffold', 'make a workspace and a configuration that works at once')
    .requiredOption('--workspace <path>', 'the folder that the agents may write')
    .requiredOption('--config-out <path>', 'the configuration file to write')
    .option('--core-dir <path>', 'the core whose rules are used (default: this program)')
    .option('--source-context-dir <path>', 'context providers to copy into the workspace')
  does<ScaffoldOptions>(scaffold, done, async (_, options) =>
    (await import('../commands/scaffold.ts')).scaffold(options),
  )
  const setup = addCommand(root, 'setup', "make the folders of every agent's workspace")
  does(setup, done, async (_, options) => (await import('../commands/setup.ts')).setup(options))
  const validate = addCommand(root, 'validate', 'check the configuration; all mistakes at once').option(
    '--json',
    asJson,
  )
  does<{ json?: boolean }>(validate, done, async (_, options) =>
    (await import('../commands/validate.ts')).validate(options),
  )
  const doctor = addCommand(root, 'doctor', 'check the machine, the folders and the agent CLIs').option(
    '--json',
    asJson,
  )
  does<{ json?: boolean }>(doctor, done, async (_, options) =>
    (await import('../commands/doctor.ts')).doctor(options),
  )
  const demo = addCommand(root, 'demo', 'watch a small world of its own at work, with a simulated agent')
    .option('--folder <path>', 'where its files go and stay (default: a new folder that is removed)')
    .option('--keep', 'keep the new folder')
    .option('--json', asJson)
  does<DemoOptions>(demo, done, async (_, options) => (await import('../commands/demo.ts')).demo(options))
}

const asJson = 'print JSON'
