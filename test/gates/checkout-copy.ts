/** Owns a throw-away copy of this checkout, in which mistakes are planted and the gates of package.json are run. */
import { appendFile, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'

/** The root of the checkout whose gates are tested. */
export const checkout = resolve(import.meta.dirname, '../..')

// node_modules is linked instead: it is large, and no gate writes there. The rest is made, not written.
const leftBehind = new Set(['node_modules', 'dist', '.git', '.tools', 'coverage', 'results'])

const Package = z.object({ scripts: z.record(z.string(), z.string()) })

/** Copies this checkout's files as they are now, committed or not; or only the named ones, with the folders that they need. */
export async function copyCheckout(to: string, names?: readonly string[]): Promise<void> {
  for (const name of names ?? (await readdir(checkout))) {
    if (leftBehind.has(name)) continue
    await cp(join(checkout, name), join(to, name), {
      recursive: true,
      filter: (source) => !leftBehind.has(basename(source)),
    })
  }
  await symlink(join(checkout, 'node_modules'), join(to, 'node_modules'))
  await appendFile(join(to, '.gitignore'), '\nnode_modules\n') // With a slash at its end the line there does not name a link.
}

/** Writes new files (path → text) into the copy, with the folders that they need. */
export async function plant(copy: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(copy, path)), { recursive: true })
    await writeFile(join(copy, path), text, { flag: 'wx' })
  }
}

/** Runs a script of the copy's package.json as npm would, with `words` after it; its exit code is for the caller to judge. */
export async function runGate(
  copy: string,
  gate: string,
  words = '',
): Promise<{ exitCode: number | undefined; output: string }> {
  const { scripts } = Package.parse(JSON.parse(await readFile(join(copy, 'package.json'), 'utf8')))
  const { exitCode, stdout } = await execa('sh', ['-c', `${scripts[gate]} ${words}`], {
    cwd: copy,
    env: {
      PATH: [join(checkout, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      // Some tools print less, or in colours, wherever $CI is set.
      CI: undefined,
      NO_COLOR: '1',
    },
    reject: false,
    timeout: 60_000,
    killDescendants: true,
    forceKillAfterDelay: 1_000,
  })
  return { exitCode, output: stdout }
}
