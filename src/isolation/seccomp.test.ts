import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { holdingKey, keyCalls } from '../../test/helpers/session-key.ts'
import { test } from '../../test/helpers/temp-dir.ts'
import { programOn } from '../platform/paths.ts'
import { seccompFilter } from './seccomp.ts'

const ends = { allowed: 0x7fff_0000, refused: 0x0005_0001, unknown: 0x0005_0026 }

interface Call {
  readonly kind: number
  readonly number: number
  readonly arguments?: readonly number[]
}

/** Runs a filter as the kernel would. */
function verdictOn(filter: Uint8Array, call: Call): number {
  const view = new DataView(filter.buffer)
  const found = (at: number) =>
    at === 0 ? call.number : at === 4 ? call.kind : (call.arguments?.[(at - 16) / 8] ?? 0)
  let loaded = 0
  for (let index = 0; index * 8 < filter.length; index += 1) {
    const at = index * 8
    const [code, value] = [view.getUint16(at, true), view.getUint32(at + 4, true)]
    if (code === 0x06) return value
    if (code === 0x20) loaded = found(value)
    else {
      const met = { 0x15: loaded === value, 0x35: loaded >= value, 0x45: (loaded & value) !== 0 }[code]
      if (met === undefined) throw new Error(`the filter has an unknown instruction ${code}`)
      index += view.getUint8(at + (met ? 2 : 3))
    }
  }
  throw new Error('the filter has no end')
}

const X64 = 0xc000_003e
const IA32 = 0x4000_0003
const ARM64 = 0xc000_00b7
const ARM = 0x4000_0028
const CREATE = 0o101

test.for<[string, string, number, number, readonly number[], keyof typeof ends]>([
  ['add_key', 'x64', X64, 248, [], 'refused'],
  ['keyctl', 'x64', X64, 250, [], 'refused'],
  ['read', 'x64', X64, 0, [], 'allowed'],
  ['the call after keyctl', 'x64', X64, 251, [], 'allowed'],
  ['ioctl TIOCSTI', 'x64', X64, 16, [0, 0x5412], 'refused'],
  ['ioctl TIOCLINUX', 'x64', X64, 16, [0, 0x541c], 'refused'],
  ['ioctl TIOCGWINSZ', 'x64', X64, 16, [0, 0x5413], 'allowed'],
  ['socket of AF_VSOCK', 'x64', X64, 41, [40], 'refused'],
  ['socket of AF_UNIX', 'x64', X64, 41, [1], 'allowed'],
  ['socket of AF_VSOCK', 'arm64', ARM64, 198, [40], 'refused'],
  ['io_uring_setup', 'x64', X64, 425, [], 'unknown'],
  ['openat2', 'x64', X64, 437, [], 'unknown'],
  ['chmod u+s', 'x64', X64, 90, [1, 0o4755], 'refused'],
  ['chmod g+s, as shared folders have it', 'x64', X64, 90, [1, 0o2775], 'allowed'],
  ['chmod of a file at an address that has the bit', 'x64', X64, 90, [0o4000, 0o755], 'allowed'],
  ['fchmod u+s', 'x64', X64, 91, [3, 0o104755], 'refused'],
  ['fchmodat u+s', 'x64', X64, 268, [0, 0, 0o4755], 'refused'],
  ['fchmodat2 u+s', 'x64', X64, 452, [0, 0, 0o4755], 'refused'],
  ['creat u+s', 'x64', X64, 85, [0, 0o4755], 'refused'],
  ['mknodat u+s', 'x64', X64, 259, [0, 0, 0o104755], 'refused'],
  ['open that makes a file u+s', 'x64', X64, 2, [0, CREATE, 0o4755], 'refused'],
  ['open that makes none', 'x64', X64, 2, [0, 0, 0o4755], 'allowed'],
  ['open that makes a file', 'x64', X64, 2, [0, CREATE, 0o644], 'allowed'],
  ['openat that makes a file u+s', 'x64', X64, 257, [0, 0, CREATE, 0o4755], 'refused'],
  ['openat that makes one without a name, u+s', 'x64', X64, 257, [0, 0, 0o20_200_002, 0o4755], 'refused'],
  ['keyctl of x32', 'x64', X64, 0x4000_00fa, [], 'refused'],
  ['keyctl of a 32-bit program', 'x64', IA32, 288, [], 'refused'],
  ['read of a 32-bit program', 'x64', IA32, 3, [], 'allowed'],
  ['number 250 of a 32-bit program', 'x64', IA32, 250, [], 'allowed'],
  ['chmod u+s of a 32-bit program', 'x64', IA32, 15, [0, 0o4755], 'refused'],
  ['ioctl TIOCSTI of a 32-bit program', 'x64', IA32, 54, [0, 0x5412], 'refused'],
  ['a call of an unknown kind', 'x64', 1, 0, [], 'refused'],
  ['keyctl', 'arm64', ARM64, 219, [], 'refused'],
  ['write', 'arm64', ARM64, 64, [], 'allowed'],
  ['fchmodat u+s', 'arm64', ARM64, 53, [0, 0, 0o4755], 'refused'],
  ['openat that makes a file u+s', 'arm64', ARM64, 56, [0, 0, CREATE, 0o4755], 'refused'],
  ['ioctl TIOCSTI', 'arm64', ARM64, 29, [0, 0x5412], 'refused'],
  ['keyctl of a 32-bit program', 'arm64', ARM, 311, [], 'refused'],
])(
  '%s on %s: kind %i, number %i, arguments %j are %s',
  ([, processor, kind, number, words, result], { expect }) => {
    const filter = seccompFilter(processor)
    expect(filter && verdictOn(filter, { kind, number, arguments: words })).toBe(ends[result])
  },
)

test.for(['x64', 'arm64'])(
  'no jump of the filter for %s is too long for its place',
  (processor, { expect }) => {
    expect((seccompFilter(processor)?.length ?? 0) / 8).toBeLessThan(255)
  },
)

test('there is none for a processor that nobody has looked at', ({ expect }) => {
  expect(seccompFilter('riscv64')).toBeUndefined()
})

// When it is not: node -e "import('./src/isolation/seccomp.ts').then(({ seccompFilter }) => ['x64', 'arm64'].forEach((name) => fs.writeFileSync('bin/seccomp/' + name, seccompFilter(name))))"
test.for(['x64', 'arm64'])('bin/seccomp/%s is current', (processor, { expect }) => {
  const path = join(import.meta.dirname, '..', '..', 'bin', 'seccomp', processor)
  expect(readFileSync(path, 'hex')).toBe(Buffer.from(seccompFilter(processor) ?? []).toString('hex'))
})

describe('the kernel', () => {
  const programs = process.env['PATH'] ?? ''
  const isMissing = ['bwrap', 'python3'].some((name) => programOn(programs, name) === undefined)
  const filter = seccompFilter(process.arch)
  if (isMissing)
    process.stderr.write('bubblewrap or python3 is missing: the filter is not tried on the kernel.\n')
  const real = test.skipIf(process.platform !== 'linux' || isMissing || filter === undefined)

  const libc = 'import ctypes, fcntl, os, pty, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n'
  const readKey = `${libc}
key = libc.syscall(${keyCalls.keyctl}, 10, -3, b"user", b"marrow-test", 0)
text = ctypes.create_string_buffer(10)
print(libc.syscall(${keyCalls.keyctl}, 11, key, text, 10), ctypes.get_errno(), text.value)`
  const typeInto = `${libc}
inner, outer = pty.openpty()
try: print(fcntl.ioctl(outer, 0x5412, b"x"))
except OSError as error: print(error.errno)`

  function run(dir: string, script: string, filtered: boolean): string {
    const path = join(dir, 'filter')
    writeFileSync(path, filter ?? '')
    const wall = ['bwrap', ...(filtered ? ['--seccomp', '8'] : []), '--unshare-user', '--cap-drop', 'ALL']
    const behind = [...wall, '--ro-bind', '/', '/', '--dev', '/dev', '--', 'python3', '-c', script]
    const words = [
      'sh',
      '-c',
      'exec 8<"$0"; exec "$@"',
      path,
      ...holdingKey('marrow-test', 'hush'),
      ...behind,
    ]
    const { stdout, stderr } = spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8' })
    return `${stdout}${stderr}`.trim()
  }

  real('lets a run read a key of the session without it, and not with it', ({ dir, expect }) => {
    expect(run(dir, readKey, false)).toContain("b'hush'")
    expect(run(dir, readKey, true)).toBe("-1 1 b''")
  })

  real('refuses to put words into a terminal', ({ dir, expect }) => {
    expect(run(dir, typeInto, true)).toBe('1')
  })

  real('refuses to make a program that works as its owner, and no other', ({ dir, expect }) => {
    const tries = ['os.chmod(p, 0o4755)', 'os.close(os.open(p + "2", os.O_CREAT | os.O_WRONLY, 0o4755))']
    const script = tries.map(
      (line) => `\ntry: ${line}; print("made")\nexcept OSError as error: print(error.errno)`,
    )
    const make = `import os\np = "/dev/shm/x"\nopen(p, "w").close()\nos.chmod(p, 0o755)${script.join('')}`
    expect(run(dir, make, false).split('\n')).toEqual(['made', 'made'])
    expect(run(dir, make, true).split('\n')).toEqual(['1', '1'])
  })

  real('does everything else as before', ({ dir, expect }) => {
    expect(
      run(dir, 'import ssl, sqlite3, subprocess; print(subprocess.run(["true"]).returncode)', true),
    ).toBe('0')
  })
})
