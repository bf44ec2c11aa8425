/** Owns what a unix socket's path may be. Pure: server and client refuse the same paths with the same words. */
import { MarrowError } from '../base/errors.ts'

/** Linux takes 107 bytes, macOS 103. The rest is room for the name under which the server opens the socket first. */
const SOCKET_PATH_BYTES_MAX = 100

/** Throws SOCKET_PATH_TOO_LONG: the system would cut the path off, or refuse it in words that help nobody. */
export function checkSocketPath(path: string): void {
  const bytes = new TextEncoder().encode(path).length
  if (bytes <= SOCKET_PATH_BYTES_MAX) return
  throw new MarrowError(
    'SOCKET_PATH_TOO_LONG',
    `Cannot use the socket ${path}: its path has ${bytes} bytes, the system allows ${SOCKET_PATH_BYTES_MAX}.`,
    { fix: 'Set a shorter state_dir, or socket_path under [ipc], in marrow.toml.' },
  )
}

/** The request header in which a client names the configuration file that it means, URI-encoded. */
export const configHeader = 'marrow-config'

/** The most bytes that the body of a request may have. */
export const BODY_BYTES_MAX = 1_048_576
