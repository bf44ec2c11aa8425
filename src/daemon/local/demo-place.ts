import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoSocket } from '../../scaffold/demo.ts'

/** The path of a unix socket may have so many. */
export const SOCKET_BYTES_MAX = 100

/** The folder in which demos make theirs: the usual one for temporary files, unless its path is too long for a socket. */
export async function demoParent(): Promise<string> {
  const usual = await realpath(tmpdir()).catch(() => tmpdir())
  const fits = Buffer.byteLength(demoSocket(join(usual, 'marrow-demo-XXXXXX'))) <= SOCKET_BYTES_MAX
  return fits ? usual : await realpath('/tmp')
}
