// The one place where a command is put behind a wall before it is launched.

/** What is about to be launched, complete: no shell will read the words. */
export interface Command {
  /** The run's folder: of all state_dir, the only part that the wall lets a run see. */
  readonly folder: string
  readonly words: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** The command as it is really started. There is no wall yet, so it is the same one. */
export function wrapCommand(command: Command): Command {
  return command
}
