/** Puts a role where the operator may edit it, and opens the editor on it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { split } from 'shlex'
import { MarrowError, type Problem } from '../../base/errors.ts'
import { createExclusive, makeFolder, readIfExists, remove } from '../../platform/files.ts'
import { promptFileOf } from '../../roles/parse.ts'
import type { LinkedRole } from '../../roles/role.ts'
import { roleNamed, roleTreeOf, type RoleTree } from './roles-tree.ts'

/** A role file that is the operator's. */
export interface Editable {
  readonly role: string
  readonly path: string
  readonly copies: readonly Copy[]
}

/** A file that was made just now as the core has it: a role, or what its `prompt_file` names. */
interface Copy {
  readonly path: string
  readonly text: string
}

/** Copies a role of the core into the operator's layer if that has none. Throws NOT_FOUND, CANNOT_WRITE, BAD_REQUEST. */
export async function makeEditable(configPath: string, written: string): Promise<Editable> {
  const tree = await roleTreeOf(configPath)
  const broken = brokenFile(tree, written)
  if (broken !== undefined) return { role: written, path: broken, copies: [] }
  const role = roleNamed(tree, written)
  const { id, source, path } = role
  if (source === 'workspace')
    throw new MarrowError('BAD_REQUEST', `Cannot edit ${id}: it lies in a workspace, where agents write.`, {
      fix: `Edit ${path} yourself, after a look at what it is.`,
    })
  if (source === 'operator') return { role: id, path, copies: [] }
  const copies = copyOf(tree.config, role)
  return { role: id, path: join(tree.config.operatorDir, 'roles', `${id}.md`), copies }
}

/** Takes copies back that are as they were made: they would only keep the core's next version from counting. */
export function takeBack(copies: readonly Copy[]): boolean {
  const isChanged = copies.some(({ path, text }) => readIfExists(path) !== text)
  if (isChanged || copies.length === 0) return false
  for (const { path } of copies) remove(path)
  return true
}

/** What is wrong with a file now. */
export async function mistakesIn(configPath: string, path: string): Promise<readonly Problem[]> {
  const { catalogue } = await roleTreeOf(configPath)
  return catalogue.mistakes.filter(({ file }) => file === path)
}

/** The words of the operator's editor; no shell reads them. Throws USAGE where there is none. */
export function editorWords(env: Readonly<Record<string, string | undefined>>): string[] {
  const written = [env['VISUAL'], env['EDITOR']].find((text) => text !== undefined && text.trim() !== '')
  if (written === undefined)
    throw new MarrowError('USAGE', 'Cannot open an editor: neither $VISUAL nor $EDITOR says which.', {
      fix: 'Set one of them, such as: export EDITOR=nano',
    })
  try {
    return split(written)
  } catch (cause) {
    throw new MarrowError('USAGE', `Cannot read $VISUAL or $EDITOR: a quote in it has no end.`, {
      fix: 'Write it as words, such as: code --wait',
      cause,
    })
  }
}

/** Opens it in the terminal of this process, and waits for its end. Throws PROGRAM_MISSING, BAD_REQUEST. */
export async function openEditor([program = '', ...words]: readonly string[], path: string): Promise<void> {
  const child = spawn(program, [...words, path], { stdio: 'inherit' })
  try {
    const [code]: unknown[] = await once(child, 'exit')
    if (code === 0) return
  } catch (cause) {
    throw new MarrowError('PROGRAM_MISSING', `Cannot open ${program}: it cannot be started.`, {
      fix: 'Correct $VISUAL or $EDITOR.',
      cause,
    })
  }
  throw new MarrowError('BAD_REQUEST', `Cannot tell what ${program} did: it failed.`, {
    fix: `Look at ${path}, and check it with: marrow role check`,
  })
}

/** The operator's file of that id, if it is there and has mistakes. */
function brokenFile({ catalogue, config }: RoleTree, written: string): string | undefined {
  const path = catalogue.broken.get(written.replace(/\.md$/, ''))
  return path?.startsWith(join(config.operatorDir, 'roles')) === true ? path : undefined
}

function copyOf({ coreDir, operatorDir }: RoleTree['config'], { id, path, source }: LinkedRole): Copy[] {
  const text = readIfExists(path) ?? ''
  const prompt = promptFileOf({ id, source }, text)
  const promptText = prompt === undefined ? undefined : readIfExists(join(coreDir, 'roles', prompt))
  const copies = [
    { path: join(operatorDir, 'roles', `${id}.md`), text },
    ...(prompt === undefined || promptText === undefined
      ? []
      : [{ path: join(operatorDir, 'roles', prompt), text: promptText }]),
  ]
  return copies.filter((copy) => {
    makeFolder(dirname(copy.path))
    return createExclusive(copy.path, copy.text, 0o644) // What is there already stays: another role may have it.
  })
}
