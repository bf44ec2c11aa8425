/**
 * The calls that no namespace takes away, as a filter for the kernel (seccomp). bubblewrap leaves a run the keyring of the
 * session that the daemon was started from, in a pane the way to type into its terminal, and the right to leave
 * programs in its workspace that work with the rights of its user, whoever starts them.
 */

/** One kind of calls that a processor's kernel takes. Numbers as in its own headers. */
interface Calls {
  /** AUDIT_ARCH_…: which kind a call is of. */
  readonly kind: number
  /** add_key, request_key, keyctl. */
  readonly keys: readonly number[]
  readonly ioctl: number
  /** chmod, fchmod, fchmodat, fchmodat2, creat, mknod, mknodat, by the place of their mode among the arguments. */
  readonly modes: Readonly<Record<number, number>>
  /** open and openat, by the place of their flags; the mode follows. */
  readonly opens: Readonly<Record<number, number>>
  readonly socket: number
  /** From here on the numbers are those of yet another kind, which nothing uses any more; all are refused. */
  readonly end?: number
}

/** By the name that Node gives the processor: its own calls, and those of its 32-bit programs. */
const processors: Readonly<Record<string, readonly Calls[]>> = {
  x64: [
    {
      kind: 0xc000_003e,
      keys: [248, 249, 250],
      ioctl: 16,
      socket: 41,
      modes: { 90: 1, 91: 1, 268: 2, 452: 2, 85: 1, 133: 1, 259: 2 },
      opens: { 2: 1, 257: 2 },
      end: 0x4000_0000,
    },
    {
      kind: 0x4000_0003,
      keys: [286, 287, 288],
      ioctl: 54,
      socket: 359,
      modes: { 15: 1, 94: 1, 306: 2, 452: 2, 8: 1, 14: 1, 297: 2 },
      opens: { 5: 1, 295: 2 },
    },
  ],
  arm64: [
    {
      kind: 0xc000_00b7,
      keys: [217, 218, 219],
      ioctl: 29,
      socket: 198,
      modes: { 52: 1, 53: 2, 452: 2, 33: 2 },
      opens: { 56: 2 },
    },
    {
      kind: 0x4000_0028,
      keys: [309, 310, 311],
      ioctl: 54,
      socket: 281,
      modes: { 15: 1, 94: 1, 333: 2, 452: 2, 8: 1, 14: 1, 324: 2 },
      opens: { 5: 1, 322: 2 },
    },
  ],
}

/** io_uring_setup and openat2, the same everywhere. Their arguments lie in memory, where no filter sees them. */
const unseen = [425, 437]

/** Requests that put words into a terminal (TIOCSTI, TIOCLINUX). */
const typing = [0x5412, 0x541c]

const AF_VSOCK = 40 // Speaks to the host of a virtual machine, whatever network there is.
const SET_USER = 0o4000 // The bit of a mode that makes a program work as its owner.
const CREATES = 0o100 | 0o20_000_000 // O_CREAT, O_TMPFILE: only then is a mode looked at.

const ALLOW = 0x7fff_0000
const REFUSE = 0x0005_0001 // EPERM, as programs know it from containers.
const UNKNOWN = 0x0005_0026 // ENOSYS: programs then do without, as on an older kernel.

/**
 * The filter in the form that the kernel takes; all other calls are as they were. `processor` is Node's name for it; undefined
 * where no filter is known for it.
 */
export function seccompFilter(processor: string): Uint8Array | undefined {
  const kinds = processors[processor]
  if (kinds === undefined) return undefined
  // A call of a kind that nobody knows comes to the end.
  const code = [
    load(KIND_AT),
    ...kinds.flatMap((calls) => when(EQUALS, calls.kind, codeFor(calls))),
    end(REFUSE),
  ]
  return bytesOf(code)
}

/** Once an argument was loaded, the number is gone: each case comes to an end of its own. */
function codeFor({ keys, ioctl, modes, opens, socket, end: last }: Calls): Instruction[] {
  const isTyping = typing.flatMap((request) => when(EQUALS, request, [end(REFUSE)]))
  const isVsock = when(EQUALS, AF_VSOCK, [end(REFUSE)])
  const setsUser = when(HAS_ANY, SET_USER, [end(REFUSE)])
  return [
    load(NUMBER_AT),
    ...(last === undefined ? [] : when(AT_LEAST, last, [end(REFUSE)])),
    ...keys.flatMap((number) => when(EQUALS, number, [end(REFUSE)])),
    ...unseen.flatMap((number) => when(EQUALS, number, [end(UNKNOWN)])),
    ...when(EQUALS, ioctl, [load(argumentAt(1)), ...isTyping, end(ALLOW)]),
    ...when(EQUALS, socket, [load(argumentAt(0)), ...isVsock, end(ALLOW)]),
    ...Object.entries(modes).flatMap(([number, place]) =>
      when(EQUALS, Number(number), [load(argumentAt(place)), ...setsUser, end(ALLOW)]),
    ),
    ...Object.entries(opens).flatMap(([number, place]) => {
      const mode = [load(argumentAt(place + 1)), ...setsUser]
      return when(EQUALS, Number(number), [
        load(argumentAt(place)),
        ...when(HAS_ANY, CREATES, mode),
        end(ALLOW),
      ])
    }),
    end(ALLOW),
  ]
}

// Where the kernel's description of a call has what is asked for.
const NUMBER_AT = 0
const KIND_AT = 4

/** Its lower half, which is all of it for these calls. */
function argumentAt(place: number): number {
  return 16 + 8 * place
}

/** struct sock_filter: what to do, how far to go on if it is so and if not, and with what. */
type Instruction = readonly [operation: number, met: number, unmet: number, value: number]

const EQUALS = 0x15
const AT_LEAST = 0x35
const HAS_ANY = 0x45

function load(at: number): Instruction {
  return [0x20, 0, 0, at]
}

function end(result: number): Instruction {
  return [0x06, 0, 0, result]
}

/** Goes on behind `then` where it is not so. */
function when(comparison: number, value: number, then: readonly Instruction[]): Instruction[] {
  return [[comparison, 0, then.length, value], ...then]
}

const INSTRUCTION_BYTES = 8

/** In the byte order that all of these processors have. */
function bytesOf(code: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(code.length * INSTRUCTION_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [index, [operation, met, unmet, value]] of code.entries()) {
    const at = index * INSTRUCTION_BYTES
    view.setUint16(at, operation, true)
    view.setUint8(at + 2, met)
    view.setUint8(at + 3, unmet)
    view.setUint32(at + 4, value, true)
  }
  return bytes
}
