/** `scripts/fetch-cli` with an npm of the test's own: nothing is downloaded here. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../helpers/temp-dir.ts'

const script = join(import.meta.dirname, '../../scripts/fetch-cli')

// Called as `npm install --prefix DIR … PACKAGE@VERSION`; leaves a program there that knows its version.
const workingNpm = `for word do package=$word; done
bin="$3/node_modules/\${package%@*}/bin"
mkdir -p "$bin"
printf '#!/bin/sh\\necho %s\\n' "\${package#*@}" >"$bin/opencode"
chmod +x "$bin/opencode"`

function fetchWith(dir: string, npm: string, ...words: string[]) {
  mkdirSync(join(dir, 'scripts'), { recursive: true })
  mkdirSync(join(dir, 'bin'), { recursive: true })
  copyFileSync(script, join(dir, 'scripts/fetch-cli'))
  writeFileSync(join(dir, 'bin/npm'), `#!/bin/sh\n${npm}\n`)
  chmodSync(join(dir, 'bin/npm'), 0o755)
  const env = { HOME: dir, PATH: `${join(dir, 'bin')}:/usr/bin:/bin` }
  return spawnSync('sh', [join(dir, 'scripts/fetch-cli'), 'opencode', ...words], { encoding: 'utf8', env })
}

test('fetch-cli prints where it put the binary, and installs it only once', ({ dir, expect }) => {
  const first = fetchWith(dir, workingNpm)
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(first.stdout).toMatch(/\/\.tools\/opencode\/\S+\/bin\/opencode\n$/)
  expect(fetchWith(dir, 'exit 1')).toMatchObject({ status: 0, stdout: first.stdout, stderr: '' })
  expect(fetchWith(dir, 'exit 1', '--installed')).toMatchObject({ status: 0, stdout: first.stdout })
  expect(readdirSync(join(dir, '.tools/opencode'))).toHaveLength(1)
})

test.for<[string, string, string[]]>([
  ['npm fails', "echo 'npm error 404 not found' >&2; exit 1", []],
  ['the binary does not run', `${workingNpm}\necho 'exit 132' >"$bin/opencode"`, []],
  ['it may only look', workingNpm, ['--installed']],
])('fetch-cli says so in one line and leaves nothing behind when %s', ([, npm, words], { dir, expect }) => {
  const { status, stdout, stderr } = fetchWith(dir, npm, ...words)
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' })
  expect(stderr).toMatch(/^fetch-cli: [^\n]+ The tests with the real opencode will be skipped\.\n$/)
  expect(spawnSync('find', [dir, '-path', '*opencode-*'], { encoding: 'utf8' }).stdout).toBe('')
})
