/** Reads the profiles of the wall on macOS, as far as they are documented: which rule decides about an operation. */

/** A list, or a word: text is kept with its quotes. */
type Form = string | readonly Form[]

export interface ReadProfile {
  /** Every rule, as it stands, from the first to the last. */
  readonly rules: readonly (readonly Form[])[]
  /** Whether an operation on a path is allowed: the last rule that matches decides. `socket`: the path is that of a socket. */
  readonly allows: (operation: string, path: string, socket?: boolean) => boolean
}

/** Throws for what is no profile: forms that do not close, filters that nobody knows, values that were not given. */
export function readProfile(text: string, values: ReadonlyMap<string, string>): ReadProfile {
  const rules = parse(text)
  const allows = (operation: string, path: string, socket = false): boolean => {
    const decisive = rules.findLast(([verb, ...rest]) => {
      if (verb !== 'allow' && verb !== 'deny') return false
      const operations = rest.filter((form): form is string => typeof form === 'string')
      const filters = rest.filter((form): form is readonly Form[] => typeof form !== 'string')
      if (!operations.some((one) => covers(one, operation))) return false
      return filters.length === 0 || filters.some((filter) => matches(filter, path, socket, values))
    })
    return decisive?.[0] === 'allow'
  }
  return { rules, allows }
}

function covers(pattern: string, operation: string): boolean {
  if (pattern === 'default') return true
  return pattern.endsWith('*') ? operation.startsWith(pattern.slice(0, -1)) : operation === pattern
}

function matches(
  [name, ...rest]: readonly Form[],
  path: string,
  socket: boolean,
  values: ReadonlyMap<string, string>,
): boolean {
  const [first = ''] = rest
  const given = () => valueOf(first, values)
  switch (String(name)) {
    case 'literal':
    case 'path-literal':
      return path === given()
    case 'subpath':
      return given() === '/' || path === given() || path.startsWith(`${given()}/`)
    case 'regex':
      return new RegExp(given()).test(path)
    case 'require-all':
      return rest.every((form) => typeof form !== 'string' && matches(form, path, socket, values))
    case 'remote':
    case 'local': {
      const [, filter] = rest
      if (first !== 'unix-socket' || !socket) return false
      return filter === undefined || (typeof filter !== 'string' && matches(filter, path, socket, values))
    }
    case 'target':
    case 'global-name':
    case 'socket-domain':
    case 'extension':
      return false
    default:
      throw new Error(`Nobody knows the filter ${String(name)}`)
  }
}

function valueOf(form: Form, values: ReadonlyMap<string, string>): string {
  if (typeof form === 'string') return form.replace(/^#?"/, '').replace(/"$/, '')
  const [name, ...rest] = form
  if (name === 'string-append') return rest.map((one) => valueOf(one, values)).join('')
  if (name === 'regex-quote') return valueOf(rest[0] ?? '', values).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const value = name === 'param' ? values.get(valueOf(rest[0] ?? '', values)) : undefined
  if (value === undefined) throw new Error(`No value for ${JSON.stringify(form)}`)
  return value
}

function parse(text: string): Form[][] {
  const open: Form[][] = [[]]
  for (const [word] of text.replaceAll(/^;.*$/gm, '').matchAll(/#?"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g)) {
    if (word === '(') open.push([])
    else if (word === ')') {
      const done = open.pop()
      if (done === undefined || open.length === 0) throw new Error('A form is closed that was not opened')
      open.at(-1)?.push(done)
    } else open.at(-1)?.push(word)
  }
  const [top = [], ...left] = open
  if (left.length > 0) throw new Error('A form is not closed')
  return top.map((form) => {
    if (typeof form === 'string') throw new Error(`A word stands alone: ${form}`)
    return [...form]
  })
}
