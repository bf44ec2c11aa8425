/** Owns a small tree of an operator's roles, a repository with more of them, and the program beside both. */
import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { git } from './repository.ts'
import { sh, test as inSite, type Site } from './spawned-daemon.ts'

/** A site with roles. */
export interface Tree {
  readonly site: Site
  /** The folder of marrow.toml. */
  readonly layer: string
  /** A repository with `l2/lead`, which may call `l3/coder`, and `l3/painter` with a prompt file. */
  readonly source: string
  readonly write: (path: string, text: string) => Promise<void>
  readonly commitAll: () => string
  readonly marrow: (...words: string[]) => Promise<{ code: number; out: string; err: string }>
}

/** The text of a role file. */
export const role = (name: string, keys: string, text = `I am ${name}.`) =>
  `---\nname: ${name}\n${keys}---\n${text}\n`

/** An operator with `l1/scout`, whose agent it is, and `l3/coder`, and nothing of the program's own core. */
export const test = inSite.extend<{ tree: Tree }>({
  tree: async ({ site }, use) => {
    const core = join(site.dir, 'core')
    await mkdir(core)
    await site.write({ scout: { agent_command: sh('true'), role: "'scout'" } }, { core_dir: `'${core}'` })
    const source = join(site.dir, 'team')
    const write: Tree['write'] = async (path, text) => {
      await mkdir(dirname(join(site.dir, path)), { recursive: true })
      writeFileSync(join(site.dir, path), text)
    }
    await mkdir(source)
    git(source, 'init', '-qb', 'main')
    const commitAll = () => {
      git(source, 'add', '-A')
      git(source, 'commit', '-qm', 'roles')
      return git(source, 'rev-parse', 'HEAD')
    }
    await write(
      'conf/roles/l1/scout.md',
      role('scout', 'scheduled: true\ncapabilities: [read, {delegate: [coder]}]\n'),
    )
    await write('conf/roles/l3/coder.md', role('coder', 'description: Writes code.\n'))
    await write(
      'team/roles/l2/lead.md',
      role('lead', 'capabilities: [{bash: ["git *"]}, {delegate: [l3/coder]}]\n'),
    )
    await write('team/roles/l3/painter.md', '---\nname: painter\nprompt_file: painter.txt\n---\n')
    await write('team/roles/l3/painter.txt', 'Paint.\n')
    commitAll()
    await use({
      site,
      layer: dirname(site.configPath),
      source,
      write,
      commitAll,
      marrow: (...words) => site.marrow(...words),
    })
  },
})
