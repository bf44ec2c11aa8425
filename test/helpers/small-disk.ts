/** Owns small disks that a test can fill: a tmpfs, where this user may mount one. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of a few MB, mounted on a folder. */
export interface SmallDisk {
  /** Takes all the room that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
  unmount(): void
}

/** Why no small disk can be made here; undefined where one can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has a tmpfs'
  if (process.getuid?.() !== 0) return 'only root may mount one'
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  try {
    makeSmallDisk(folder, 1).unmount()
    return undefined
  } catch (error) {
    return String(error).split('\n')[0]
  } finally {
    rmdirSync(folder)
  }
}

/** Mounts a disk of so many MiB on an empty folder. Whoever calls unmounts it. */
export function makeSmallDisk(folder: string, mebibytes: number): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0755`, 'tmpfs', folder], {
    stdio: 'pipe',
  })
  const filler = join(folder, 'filler')
  return {
    fill: () => {
      const file = openSync(filler, 'a')
      for (const bytes of [65_536, 4_096, 1]) fillBy(file, bytes)
      closeSync(file)
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}

function fillBy(file: number, bytes: number): void {
  const piece = Buffer.alloc(bytes)
  try {
    while (writeSync(file, piece) === bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
