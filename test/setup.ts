/**
 * Runs before every test file: gives it a home of its own, so that no test sees or touches the developer's, and makes what a test
 * did not expect to be said (console.error, console.warn, a warning of Node) fail that test.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import { makeTempDir, removeTempDir } from './helpers/temp-dir.ts'

// What vitest and Node need, and what says where programs are. Not the developer's keys, sockets, proxies and git settings. Certificates
// of his are for servers that no test speaks to; a busy Node sometimes warns that it cannot read them, which no log may hold.
const keptVariables =
  /^(PATH|LANG|LC_.*|TERM|USER|LOGNAME|CI|TEST|MODE|DEV|PROD|SSR|BASE_URL|NODE_(?!EXTRA_CA_CERTS$).*|VITEST.*|MARROW_TEST_.*)$/
for (const name of Object.keys(process.env)) {
  if (!keptVariables.test(name)) delete process.env[name]
}

const home = await makeTempDir()
const folders = {
  HOME: home,
  TMPDIR: join(home, 'tmp'),
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_STATE_HOME: join(home, 'state'),
  XDG_DATA_HOME: join(home, 'data'),
  XDG_CACHE_HOME: join(home, 'cache'),
  XDG_RUNTIME_DIR: join(home, 'runtime'),
}
for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 })
Object.assign(process.env, folders, { TZ: 'UTC', GIT_CONFIG_NOSYSTEM: '1' })
await writeFile(
  join(home, '.gitconfig'),
  '[user]\n\tname = Test\n\temail = test@localhost\n[init]\n\tdefaultBranch = main\n',
)

// A test that expects one of these says so by putting its own function in place: vi.spyOn(console, 'error').mockImplementation(…).
const unexpected: string[] = []
for (const method of ['error', 'warn'] as const) {
  const print = console[method]
  console[method] = (...words: unknown[]) => {
    unexpected.push(`console.${method}: ${words.map(String).join(' ')}`)
    print(...words)
  }
}
process.on('warning', (warning) => unexpected.push(`${warning.name}: ${warning.message}`))

afterEach(failOnUnexpected)

afterAll(async () => {
  await removeTempDir(home)
  await failOnUnexpected()
})

async function failOnUnexpected(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve)) // Node emits a warning only on the next turn.
  if (unexpected.length > 0) throw new Error(`Nobody expected this:\n${unexpected.splice(0).join('\n')}`)
}
