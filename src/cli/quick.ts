/** Owns the recognition of the shortest command lines, for which no command tree is loaded. */

/** What a command line says apart from the flags that every command knows. */
export interface Recognized {
  readonly config: string | undefined
  readonly verbose: boolean
  readonly rest: readonly string[]
}

/** Takes the common flags out, wherever they stand. A `-c` without a path stays: the command tree complains of it. */
export function recognize(words: readonly string[]): Recognized {
  const rest: string[] = []
  let config: string | undefined
  let verbose = false
  for (let index = 0; index < words.length; index += 1) {
    const [word = '', next] = words.slice(index)
    if ((word === '-c' || word === '--config') && next !== undefined) {
      config = next
      index += 1
    } else if (word.startsWith('--config=')) config = word.slice('--config='.length)
    else if (word === '-v' || word === '--verbose') verbose = true
    else rest.push(word)
  }
  return { config, verbose, rest }
}

/** `marrow status` with at most one way to say its form; undefined for everything that the command tree must judge. */
export function recognizeStatus(rest: readonly string[]): { readonly json: boolean | undefined } | undefined {
  if (rest[0] !== 'status') return undefined
  const flags = rest.slice(1).join(' ')
  if (flags === '') return { json: undefined }
  const [, json, text] =
    /^(?:(--json|(?:-o ?|--output[ =])json)|((?:-o ?|--output[ =])text))$/.exec(flags) ?? []
  if (json === undefined && text === undefined) return undefined
  return { json: json !== undefined }
}
