import { formatProblem } from '../../base/errors.ts'
import { plain } from '../../base/plain.ts'
import type { RoleEditOutput } from '../../ipc/role-output.ts'
import { canAsk } from '../confirm.ts'
import { configPathOf } from '../connection.ts'
import { print, printJson } from '../output.ts'
import type { RoleOptions } from './roles.ts'

/** `marrow role edit`: 1 when there are mistakes in the file afterwards. Without a terminal only the path is printed. */
export async function roleEdit(written: string, options: RoleOptions): Promise<number> {
  const { editorWords, makeEditable, mistakesIn, openEditor, takeBack } =
    await import('../../daemon/local/roles-edit.ts')
  const configPath = configPathOf(options)
  const isAsked = canAsk() && options.json !== true
  const editor = isAsked ? editorWords(process.env) : []
  const { role, path, copies } = await makeEditable(configPath, written)
  if (isAsked) {
    if (copies.length > 0) print(`Copied the core's ${plain(role)} to ${plain(path)}.`)
    await openEditor(editor, path)
    if (takeBack(copies)) {
      print("It is as it was, so the copy is gone again and the core's counts.")
      return 0
    }
  }
  const mistakes = [...(await mistakesIn(configPath, path))]
  const output: RoleEditOutput = { role, path, copied: copies.length > 0, mistakes }
  if (options.json) printJson(output)
  else {
    print(isAsked ? `✓ saved: ${plain(path)}` : plain(path))
    if (mistakes.length > 0)
      process.stderr.write(`${mistakes.map((mistake) => plain(formatProblem(mistake))).join('\n')}\n`)
  }
  return mistakes.length === 0 ? 0 : 1
}
