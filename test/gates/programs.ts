/** Owns the small stand-in programs that fill a test's own PATH. Always files of their own: a link would lead out of the test's folder. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes a new POSIX sh program; refuses a path that exists, which might be a link to one of the machine's own programs. */
export async function writeProgram(file: string, script: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${script}\n`, { flag: 'wx', mode: 0o755 })
}

/** Makes the system's own programs of these names callable from the folder `path`, and no others. */
export async function passOn(path: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await writeProgram(join(path, name), `PATH=/usr/local/bin:/usr/bin:/bin exec ${name} "$@"`)
  }
}
