/**
 * Owns what a shell hears that asks what may stand at the cursor. The first line says what the others are: values, or
 * that the shell itself is to offer files or folders. Whatever goes wrong, the answer is only shorter: nobody wants
 * an error under the line that they are typing.
 */
import { plain } from '../../base/plain.ts'
import { bashAnswer, readBashLine, type BashLine } from './bash-line.ts'
import { namesOf } from './names.ts'
import { wantedAt, type Candidate, type Wanted } from './wanted.ts'

const ANSWER_MS_MAX = 250 // With the start of the program about 300; longer feels as if the key were broken.

/** `__complete bash LINE BREAKS`, `__complete zsh|fish WORD... CURRENT`. Always 0. */
export async function answerShell([shell, ...words]: readonly string[]): Promise<number> {
  const deadline = setTimeout(() => process.exit(0), ANSWER_MS_MAX)
  try {
    const lines = shell === 'bash' ? await forBash(words) : await forOthers(shell, words)
    process.stdout.write(`${lines.join('\n')}\n`)
  } catch {
    // Said above.
  } finally {
    clearTimeout(deadline)
  }
  return 0
}

/** bash gets values that are quoted as the line needs them, and no descriptions: it can show none. */
async function forBash([text = '', breaks = '']: readonly string[]): Promise<string[]> {
  const line: BashLine = readBashLine(text, breaks)
  const wanted = wantedAt(line.words.slice(1), line.current)
  const values = (await candidatesOf(wanted))
    .map(({ value }) => wanted.prefix + value)
    .filter((value) => value.startsWith(line.current))
  return [kindOf(wanted), ...values.map((value) => bashAnswer(value, line))]
}

/** zsh and fish quote, match and show descriptions themselves; only fish wants the `--flag=` again. */
async function forOthers(shell: string | undefined, words: readonly string[]): Promise<string[]> {
  const wanted = wantedAt(words.slice(0, -1), words.at(-1) ?? '')
  const prefix = shell === 'fish' ? wanted.prefix : ''
  const lines = (await candidatesOf(wanted)).map(({ value, about }) => `${prefix}${value}\t${plain(about)}`)
  return [kindOf(wanted), ...lines]
}

async function candidatesOf(wanted: Wanted): Promise<readonly Candidate[]> {
  const all = [...wanted.fixed, ...(await namesOf(wanted.sources, wanted.config))]
  return all.filter(({ value }) => !/\p{Cc}/u.test(value) && !wanted.taken.includes(value))
}

function kindOf({ sources }: Wanted): 'files' | 'folders' | 'values' {
  if (sources.includes('files')) return 'files'
  return sources.includes('folders') ? 'folders' : 'values'
}
