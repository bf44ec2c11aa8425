/** Owns the commands about roles: what agents are, what they may do, and whom they may hand work to. */
import type { RoleCastOptions } from '../commands/role-cast.ts'
import type { RoleInstallOptions } from '../commands/role-install.ts'
import type { RoleOptions } from '../commands/roles.ts'
import { acting, type CommandSpec, type FlagSpec, type WordSpec } from './spec.ts'

const aRole: WordSpec = { name: 'role', about: 'its id or its name', from: ['roles'] }

const yes: FlagSpec = { long: '--yes', short: '-y', about: 'do it without asking' }

const theirs: FlagSpec = {
  long: '--theirs',
  about: 'what the source has counts more than what you did to its files',
}

const role: CommandSpec = {
  name: 'role',
  summary: 'the roles of agents: list, check, install, edit',
  about:
    "The roles of agents: what they are told, what they may do, and whom they may hand work to. They come from the core, from roles/ beside marrow.toml, which adds to the core's and replaces them by id, and from roles/custom-*.md in workspaces, which agents may write and which can only narrow what is there.",
  examples: [
    { line: 'marrow role list', about: 'all of them' },
    { line: 'marrow role check', about: 'every mistake in their files' },
  ],
  see: ['role list', 'role show', 'role graph', 'role add'],
}

const list: CommandSpec = {
  name: 'role list',
  summary: 'all roles: where each comes from, and whom it may call',
  about:
    'Lists all roles with their level, where each comes from, its tier, the agents whose role it is, and whom it may hand work to; then the sources that were installed. A role with a mistake is not among them.',
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role list', about: 'look around' },
    { line: 'marrow role list -o json', about: 'for a program' },
  ],
  see: ['role show', 'role graph', 'role check'],
  act: acting<RoleOptions>(async (_, options) => (await import('../commands/roles.ts')).roleList(options)),
}

const show: CommandSpec = {
  name: 'role show',
  summary: 'everything about one role, with its tools for each agent CLI',
  about:
    'Shows all that is known of a role: its file, its rights, who may call it and whom it may call, the model and the tools that it has in each agent CLI that roles are cast for, and its text.',
  words: [aRole],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [{ line: 'marrow role show review-lead', about: 'by its name; or by its id, l2/review-lead' }],
  see: ['role list', 'role edit'],
  act: acting<RoleOptions>(async ([name = ''], options) =>
    (await import('../commands/roles.ts')).roleShow(name, options),
  ),
}

const check: CommandSpec = {
  name: 'role check',
  summary: 'every mistake in role files, each with its line',
  about:
    'Checks all role files, skills and roles.toml at once and prints every mistake with file and line, then hints. With paths only what lies there: as a part of the tree, or laid over the roles of the core when it lies elsewhere, as in a repository of roles; then no configuration is needed.',
  words: [
    { name: 'paths', about: 'role files, or folders of them', optional: true, many: true, from: ['files'] },
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role check', about: 'after an edit' },
    { line: 'marrow role check ~/work/my-roles', about: 'before they are published' },
  ],
  exits: [{ code: 1, meaning: 'there is a mistake' }],
  see: ['role edit', 'validate'],
  act: acting<RoleOptions>(async (paths, options) =>
    (await import('../commands/roles.ts')).roleCheck(paths, options),
  ),
}

const graph: CommandSpec = {
  name: 'role graph',
  summary: 'draw who may hand work to whom',
  about:
    'Draws the roles as a tree of who may hand work to whom. A role that stands in several places is drawn with its own once.',
  flags: [{ long: '--mermaid', about: 'as text that Mermaid draws, for a Markdown page' }],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role graph', about: 'on the terminal' },
    { line: 'marrow role graph --mermaid', about: 'for a page' },
  ],
  see: ['role list', 'role show'],
  act: acting<RoleOptions & { mermaid?: boolean }>(async (_, options) =>
    (await import('../commands/roles.ts')).roleGraph(options),
  ),
}

const edit: CommandSpec = {
  name: 'role edit',
  summary: 'open a role in your editor, as your own',
  about:
    "Opens a role in $VISUAL or $EDITOR and then says every mistake in it. A role of the core is first copied beside marrow.toml, where it counts in place of the core's; a copy that was left as it was is taken back. Without a terminal it only makes the copy and prints its path.",
  words: [aRole],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [{ line: 'marrow role edit conductor', about: 'make it yours' }],
  exits: [{ code: 1, meaning: 'there is a mistake in it' }],
  see: ['role check', 'role remove'],
  act: acting<RoleOptions>(async ([name = ''], options) =>
    (await import('../commands/role-edit.ts')).roleEdit(name, options),
  ),
}

const add: CommandSpec = {
  name: 'role add',
  summary: 'install roles of a git repository or a folder',
  about:
    'Takes roles into roles/ beside marrow.toml: from https, ssh or file addresses of git repositories, or from a folder; a folder with a .git counts as its repository, as it is committed. They are checked together with all roles that are there, and shown, before anything is written; then all of them are, or none. On a terminal it asks first; elsewhere it installs nothing without --yes. What came from where stands in roles.lock.json. Nothing of a source is run, and no link in it is followed.',
  words: [{ name: 'source', about: 'an address or a path', from: ['folders'] }],
  flags: [
    {
      long: '--ref',
      value: 'ref',
      about: "a branch, a tag or a commit (default: the source's first branch)",
    },
    theirs,
    yes,
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role add https://example.org/team/roles --ref v2', about: 'a tag of a repository' },
    { line: 'marrow role add ../my-roles', about: 'a folder of this machine' },
  ],
  exits: [{ code: 1, meaning: 'the source cannot be had or has mistakes; nothing was written' }],
  see: ['role update', 'role remove', 'role list'],
  act: acting<RoleInstallOptions>(async ([source = ''], options) =>
    (await import('../commands/role-install.ts')).roleAdd(source, options),
  ),
}

const update: CommandSpec = {
  name: 'role update',
  summary: 'bring installed roles up to date; shows the difference first',
  about:
    'Fetches what was installed anew and shows every line that would change; then as role add. A file that you edited or deleted since is left as it is and told of, unless --theirs is given; a file that is gone from the source is removed.',
  words: [
    { name: 'source', about: 'as role list shows it, or its last part; without one, all', optional: true },
  ],
  flags: [{ long: '--ref', value: 'ref', about: 'another branch, tag or commit from now on' }, theirs, yes],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role update', about: 'everything that was installed' },
    { line: 'marrow role update roles --ref v3', about: 'another version of one source' },
  ],
  exits: [{ code: 1, meaning: 'a source cannot be had or has mistakes; nothing of it was written' }],
  see: ['role add', 'role check'],
  act: acting<RoleInstallOptions>(async ([source], options) =>
    (await import('../commands/role-install.ts')).roleUpdate(source, options),
  ),
}

const remove: CommandSpec = {
  name: 'role remove',
  summary: 'remove one of your roles, or all of a source',
  about:
    'Removes a role from roles/ beside marrow.toml, or all roles that came from a source. It is refused as long as another role or an agent names what would go. Files of a source that you edited stay, unless --theirs is given. Roles of the core cannot be removed.',
  words: [{ name: 'role-or-source', about: 'an id, a name, or a source', from: ['roles'] }],
  flags: [theirs, yes],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role remove l3/painter', about: 'one role' },
    { line: 'marrow role remove https://example.org/team/roles', about: 'all that came from there' },
  ],
  exits: [{ code: 1, meaning: 'something names it; nothing was removed' }],
  see: ['role list', 'role add'],
  act: acting<RoleInstallOptions>(async ([name = ''], options) =>
    (await import('../commands/role-install.ts')).roleRemove(name, options),
  ),
}

const cast: CommandSpec = {
  name: 'role cast',
  summary: 'write the roles as agent CLIs and editors read them',
  about:
    'Writes all roles and skills in the formats of opencode, Claude Code, Codex, Cursor and Windsurf, as roles.toml says, into the workspace of every agent. Only files that marrow wrote are replaced or removed; one that somebody edited is put back, and its text kept. Any other file is left and told of: --adopt takes over those of an earlier casting, and shows them first. What a run is and may do never depends on these files.',
  flags: [
    {
      long: '--target',
      value: 'name',
      about:
        'only for this one, enabled or not; may be given several times (default: all that roles.toml enables)',
      choices: ['opencode', 'claude', 'codex', 'cursor', 'windsurf'],
      many: true,
    },
    { long: '--into', value: 'path', about: 'another folder than the workspaces', from: ['folders'] },
    { long: '--adopt', about: 'take over unmarked files of an earlier casting' },
    { long: '--dry-run', about: 'only say what would be done' },
    yes,
  ],
  json: 'one value',
  withoutDaemon: 'works',
  examples: [
    { line: 'marrow role cast', about: 'after roles were changed' },
    {
      line: 'marrow role cast --target claude --into ~/work/site',
      about: 'for your own Claude Code, in a repository',
    },
  ],
  exits: [{ code: 1, meaning: 'roles have mistakes, or a file could not be written' }],
  see: ['role list', 'setup', 'doctor'],
  act: acting<RoleCastOptions>(async (_, options) =>
    (await import('../commands/role-cast.ts')).roleCast(options),
  ),
}

/** The word `role` and what stands below it. */
export const roleCommands: readonly CommandSpec[] = [
  role,
  list,
  show,
  check,
  graph,
  edit,
  add,
  update,
  remove,
  cast,
]
