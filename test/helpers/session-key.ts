/** Owns a key in the kernel's keyring for a session: Node has no call for it, so python3 makes it and becomes the program. */

/** The number of keyctl and add_key on the processors that the filter knows. */
export const keyCalls = process.arch === 'arm64' ? { add: 217, keyctl: 219 } : { add: 248, keyctl: 250 }

/** Words in front of a program: it gets a session keyring of its own, with this key in it. */
export function holdingKey(description: string, secret: string): string[] {
  const script = `import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.syscall(${keyCalls.keyctl}, 1, None)
libc.syscall(${keyCalls.add}, b"user", b"${description}", b"${secret}", ${secret.length}, -3)
os.execvp(sys.argv[1], sys.argv[1:])`
  return ['python3', '-c', script]
}
