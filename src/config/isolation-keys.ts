/** The keys of `[isolation]` and `[agents.isolation]`, a part of the one table of keys. */
import type { Key } from './key.ts'

/** What a run of one agent sees and may take. */
export const agentIsolation = {
  mode: {
    type: '`"required"`, `"preferred"` or `"off"`',
    default: 'as in `[isolation]`',
    meaning: 'The same for this agent alone.',
  },
  read_only: {
    type: 'list of paths',
    default: '`[]`',
    meaning:
      'Files and folders that a run may read although they would be hidden, or not write although it could.',
  },
  read_write: {
    type: 'list of paths',
    default: '`[]`',
    rule: 'not inside state_dir, core_dir or the folder of marrow.toml',
    meaning: 'Files and folders that a run may write beyond its workspace and work_dir.',
  },
  network: {
    type: 'boolean',
    default: '`true`',
    meaning: 'Whether a run reaches the network. Most agent CLIs need it to reach their model.',
  },
  secrets: {
    type: 'list of paths',
    default: '`[]`',
    meaning:
      'Files that a run may read although they are secrets, such as `~/.ssh/id_ed25519` and `~/.ssh/known_hosts` to push.',
  },
  memory: {
    type: 'size',
    default: 'no limit',
    rule: 'such as `2GiB` or `500MB`',
    range: [16_777_216, 1_125_899_906_842_624],
    meaning: 'The memory of a run with all its processes; one that takes more is ended.',
  },
  processes: {
    type: 'integer',
    default: 'no limit',
    range: [16, 1_000_000],
    meaning: 'How many processes and threads a run may have at one time; one that wants more is ended.',
  },
  file_size: {
    type: 'size',
    default: 'no limit',
    rule: 'such as `2GiB` or `500MB`',
    range: [1_048_576, 1_125_899_906_842_624],
    meaning: 'The largest file that a run may write.',
  },
  user: {
    type: 'text',
    default: 'the user of `marrow run`',
    rule: 'only where `marrow run` is started as root',
    meaning: 'The user that a run is started as, whose HOME it gets.',
  },
  bypass_without_isolation: {
    type: 'boolean',
    default: '`false`',
    meaning:
      'Start the agent even where nothing isolates it and its command lets it work without asking for permission.',
  },
} as const satisfies Record<string, Key>

/** What holds for all agents that do not say otherwise. */
export const isolation = {
  mode: {
    type: '`"required"`, `"preferred"` or `"off"`',
    default: '`"preferred"`',
    meaning:
      'Whether runs and context providers are kept behind a wall by the operating system: always, or not started at all; where the machine can; never.',
  },
} as const satisfies Record<string, Key>
