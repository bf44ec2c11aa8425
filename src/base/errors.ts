/** Every way marrow can fail on purpose. `user` errors print without a stack; the rest are ours to fix. */
const catalog = {
  USAGE: { blame: 'user', exitCode: 2, status: 400 },
  CONFIG_INVALID: { blame: 'user', exitCode: 2, status: 409 },
  CONFIG_MISSING: { blame: 'user', exitCode: 2, status: 409 },
  CONFIG_MISMATCH: { blame: 'user', exitCode: 2, status: 409 },
  DAEMON_NOT_RUNNING: { blame: 'user', exitCode: 1, status: 503 },
  DAEMON_ALREADY_RUNNING: { blame: 'user', exitCode: 1, status: 409 },
  DAEMON_SILENT: { blame: 'marrow', exitCode: 1, status: 504 },
  NOT_FOUND: { blame: 'user', exitCode: 1, status: 404 },
  METHOD_NOT_ALLOWED: { blame: 'user', exitCode: 1, status: 405 },
  BAD_REQUEST: { blame: 'user', exitCode: 1, status: 400 },
  TOO_LARGE: { blame: 'user', exitCode: 1, status: 413 },
  TOO_MANY: { blame: 'user', exitCode: 1, status: 503 },
  STORE_UNREADABLE: { blame: 'user', exitCode: 1, status: 500 },
  CANNOT_WRITE: { blame: 'user', exitCode: 1, status: 500 },
  PROGRAM_MISSING: { blame: 'user', exitCode: 1, status: 500 },
  SOCKET_PATH_TOO_LONG: { blame: 'user', exitCode: 2, status: 500 },
  TICK_FAILED: { blame: 'user', exitCode: 1, status: 500 },
  CHECK_FAILED: { blame: 'user', exitCode: 1, status: 500 },
  LIMIT_REACHED: { blame: 'user', exitCode: 1, status: 409 },
  UNKNOWN_TOKEN: { blame: 'user', exitCode: 1, status: 401 },
  NOT_ALLOWED: { blame: 'user', exitCode: 1, status: 403 },
  STOPPING: { blame: 'user', exitCode: 1, status: 503 },
  INTERNAL: { blame: 'marrow', exitCode: 1, status: 500 },
} as const

/** The name of one way to fail; stable, so scripts may compare it. */
export type ErrorCode = keyof typeof catalog

/** What went wrong and why (`message`), how to tell it apart (`code`), and what to do next (`fix`). */
export class MarrowError extends Error {
  override readonly name = 'MarrowError'
  readonly code: ErrorCode
  readonly fix: string | undefined

  constructor(code: ErrorCode, message: string, options: { fix?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.fix = options.fix
  }

  get blame(): 'user' | 'marrow' {
    return catalog[this.code].blame
  }

  get exitCode(): number {
    return catalog[this.code].exitCode
  }

  /** The HTTP status that carries this error over the socket. */
  get httpStatus(): number {
    return catalog[this.code].status
  }
}

/** The HTTP status of each code, for the pages that tell of them. */
export const errorStatuses: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(catalog).map(([code, { status }]) => [code, status]),
)

/** Whether `text` names one of our codes: an error that came over the socket is rebuilt only from a known one. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(catalog, text)
}

/** The sentence in anything that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Where anything that was thrown came from, with everything that caused it: for the log, and for reports of bugs. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(error.cause)}`
}

/** The same with what to do about it, where that is known: for tables, events and whatever has one line. */
export function reasonAndFix(error: unknown): string {
  const fix = error instanceof MarrowError ? error.fix : undefined
  return fix === undefined ? reasonOf(error) : `${reasonOf(error)} Fix: ${fix}`
}

/** One mistake in an input. All mistakes of an input are shown at once, each with its place. */
export interface Problem {
  readonly file: string
  /** 1-based; undefined when the mistake has no place, such as a missing key of the whole file. */
  readonly line: number | undefined
  /** The key as its author would write it: `agents[1].heartbeat_interval`. */
  readonly key: string
  readonly reason: string
  readonly fix: string | undefined
}

/** `file:line: key: reason. fix`, the one form in which a problem is printed. */
export function formatProblem({ file, line, key, reason, fix }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}`
  const subject = key === '' ? '' : ` ${key}:`
  return `${place}:${subject} ${reason}${fix === undefined ? '' : ` Fix: ${fix}`}`
}
