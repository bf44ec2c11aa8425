import { connect, type CommonOptions } from '../connection.ts'
import { print } from '../output.ts'
import { readLast, readOn } from '../log-reader.ts'

/** Flags of `marrow logs`. */
export interface LogsOptions extends CommonOptions {
  /** A run, or an agent for its last one. */
  readonly target: string
  readonly follow?: boolean
  readonly stderr?: boolean
  readonly lines: number
  readonly json?: boolean
}

/** `marrow logs`: the last lines that a run printed; with `follow` whatever it prints until it ends. */
export async function logs(options: LogsOptions): Promise<number> {
  const connection = connect(options)
  const stream = options.stderr ? 'stderr' : 'stdout'
  const last = await readLast(connection, options.target, stream, options.lines)
  const show = (text: string) => {
    if (options.json) print(JSON.stringify({ run: last.run, stream, text }))
    else process.stdout.write(text)
  }
  show(last.text)
  if (!options.follow) {
    if (last.size === 0 && !options.json) process.stderr.write(nothing(last.run, stream))
    return 0
  }
  for await (const text of readOn(connection, last, stream)) show(text)
  return 0
}

function nothing(run: string, stream: 'stdout' | 'stderr'): string {
  const other = stream === 'stdout' ? ` Its error output: marrow logs ${run} --stderr` : ''
  return `(${run} printed nothing on ${stream}.${other})\n`
}
