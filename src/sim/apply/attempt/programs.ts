// Owns the attempts for which Node has no call: they go through the system's programs, and undo what succeeds.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fresh, NotTried, type Try } from './try.ts'

type ProgramTechnique = 'remount' | 'unmount' | 'bind' | 'device' | 'namespace' | 'chroot' | 'keyring'

const PROGRAM_MS_MAX = 3_000

export const tryProgram: Readonly<Record<ProgramTechnique, Try>> = {
  remount: (target) => {
    if (succeeds('mount', '-o', 'remount,rw,bind', target)) return 'remounted'
    // Where nothing is mounted there, it is first mounted onto itself, which takes the same rights.
    run('mount', '--bind', target, target)
    try {
      run('mount', '-o', 'remount,ro,bind', target)
      run('mount', '-o', 'remount,rw,bind', target)
    } finally {
      run('umount', target)
    }
    return 'mounted onto itself and remounted'
  },
  unmount: (target, scratch) => {
    if (succeeds('umount', target)) return 'unmounted'
    return inFolder(scratch, (folder) => {
      run('mount', '-t', 'tmpfs', 'tmpfs', folder)
      run('umount', folder)
      return 'mounted and unmounted something'
    })
  },
  bind: (target, scratch) =>
    inFolder(scratch, (folder) => {
      run('mount', '--bind', target, folder)
      run('umount', folder)
      return 'mounted elsewhere'
    }),
  device: (_, scratch) => {
    const device = fresh(scratch)
    run('mknod', device, 'b', '7', '250') // A loop device that no machine has set up.
    rmSync(device)
    return 'made'
  },
  namespace: () => {
    // Without a user mapped: root may be refused that. Mounts of its own take capabilities, which it has before the exec.
    run('unshare', '--user', '--mount', 'true')
    return 'changed mounts in one'
  },
  chroot: (_, scratch) =>
    inFolder(scratch, (folder) => {
      // There is no program in it, which is found out only behind the call.
      const { status, stderr } = spawn('chroot', [folder, '/true'])
      if (status === CHROOT_NOT_FOUND) return 'entered'
      throw new Error(wordsOf(stderr))
    }),
  keyring: (description) => {
    const { status, stdout, stderr } = spawn('python3', ['-c', readKey, description])
    if (status === 0) return stdout.trim()
    throw new Error(wordsOf(stderr))
  },
}

const CHROOT_NOT_FOUND = 127

/** Looks in the keyrings of its session, user and user session; the numbers are those of the calls. */
const readKey = `
import ctypes, os, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
number = {"x86_64": 250, "aarch64": 219}[platform.machine()]
for ring in (-3, -4, -5):
    key = libc.syscall(number, 10, ring, b"user", sys.argv[1].encode(), 0)
    if key < 0: continue
    text = ctypes.create_string_buffer(200)
    size = libc.syscall(number, 11, key, text, 200)
    if size > 0: sys.exit(print(text.raw[:size].decode()))
sys.exit(os.strerror(ctypes.get_errno()))
`

function inFolder(scratch: string, use: (folder: string) => string): string {
  const folder = fresh(scratch)
  mkdirSync(folder)
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function succeeds(program: string, ...words: string[]): boolean {
  return spawn(program, words).status === 0
}

function run(program: string, ...words: string[]): void {
  const { status, stderr } = spawn(program, words)
  if (status !== 0) throw new Error(wordsOf(stderr))
}

function spawn(program: string, words: string[]) {
  const ended = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: PROGRAM_MS_MAX,
    killSignal: 'SIGKILL',
  })
  if (ended.error !== undefined && 'code' in ended.error && ended.error.code === 'ENOENT') {
    throw new NotTried(`there is no program ${program}`)
  }
  return ended
}

function wordsOf(stderr: string): string {
  return stderr.trim().split('\n')[0] || 'it failed without a word'
}
