// A git repository for a test.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes a file and commits it; the folder becomes a repository if it is none. */
export function gitCommit(folder: string, file: string, text: string): void {
  const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words], { stdio: 'pipe' })
  git('init', '-q')
  writeFileSync(join(folder, file), `${text}\n`)
  git('add', file)
  git('commit', '-q', '-m', text)
}
