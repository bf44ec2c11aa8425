/** Owns small git repositories for tests, and the people's commands in them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs git as a person would; returns what it prints. */
export function git(dir: string, ...words: string[]): string {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...who, ...words], { cwd: dir, encoding: 'utf8', stdio: 'pipe' }).trim()
}

/** Writes a file and commits it. */
export function commit(dir: string, name: string, text = `${name}\n`): string {
  writeFileSync(join(dir, name), text)
  git(dir, 'add', name)
  git(dir, 'commit', '-qm', name)
  return git(dir, 'rev-parse', 'HEAD')
}

/** A repository with one commit on `trunk`, which ignores `*.log`. */
export function makeRepository(dir: string): string {
  mkdirSync(dir, { recursive: true })
  git(dir, 'init', '-q', '-b', 'trunk')
  writeFileSync(join(dir, '.gitignore'), '*.log\n')
  git(dir, 'add', '.')
  commit(dir, 'file')
  return dir
}

/** Whether a repository has a branch. */
export function hasBranch(dir: string, name: string): boolean {
  return git(dir, 'branch', '--list', name) !== ''
}
