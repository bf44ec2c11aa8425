/** Sources as somebody hostile would make them: real repositories and folders, read by the real git. */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { commit, git, makeRepository } from '../../../test/helpers/repository.ts'
import { test as inDir } from '../../../test/helpers/temp-dir.ts'
import { parseSource } from '../source.ts'
import { fetchOffer, type Offer } from './fetch.ts'

interface Place {
  /** A repository with one role, `l3/coder`, on `trunk`. */
  readonly repository: string
  /** Writes a file below it without committing anything. */
  readonly write: (path: string, text?: string | Buffer) => void
  readonly commitAll: () => string
  /** What the program makes of an address. */
  readonly offer: (address?: string, ref?: string, env?: Readonly<Record<string, string>>) => Promise<Offer>
  /** A line of sh that leaves a mark, and whether it was left. */
  readonly mark: string
  readonly isMarked: () => boolean
}

const test = inDir.extend<{ place: Place }>({
  place: async ({ dir }, use) => {
    const repository = makeRepository(join(dir, 'source'))
    const write: Place['write'] = (path, text = 'Do it.\n') => {
      mkdirSync(dirname(join(repository, path)), { recursive: true })
      writeFileSync(join(repository, path), text)
    }
    const commitAll = () => {
      git(repository, 'add', '-A')
      git(repository, 'commit', '-qm', 'roles')
      return git(repository, 'rev-parse', 'HEAD')
    }
    write('roles/l3/coder.md')
    commitAll()
    const marker = join(dir, 'mark')
    await use({
      repository,
      write,
      commitAll,
      offer: (address = repository, ref, env = {}) =>
        fetchOffer({
          source: parseSource(address, '/'),
          ref,
          env: { ...process.env, ...env },
          signal: AbortSignal.timeout(20_000),
        }),
      mark: `touch ${marker}`,
      isMarked: () => existsSync(marker),
    })
  },
})

test('the roles of a commit are taken, however its repository is named', async ({ place, dir, expect }) => {
  const { repository, offer } = place
  const head = git(repository, 'rev-parse', 'HEAD')
  const wanted = { commit: head, files: new Map([['roles/l3/coder.md', 'Do it.\n']]) }
  expect(await offer(repository)).toEqual(wanted)
  expect(await offer(`file://${repository}`)).toEqual(wanted)
  git(dir, 'clone', '-q', '--bare', repository, 'bare.git')
  expect(await offer(join(dir, 'bare.git'))).toEqual(wanted)
})

test('a ref is a branch, a tag or a commit; a branch goes on', async ({ place, expect }) => {
  const { repository, write, commitAll, offer } = place
  const first = git(repository, 'rev-parse', 'HEAD')
  git(repository, 'tag', '-am', 'one', 'v1')
  git(repository, 'checkout', '-qb', 'next')
  write('roles/l3/coder.md', 'Do it better.\n')
  const second = commitAll()
  git(repository, 'checkout', '-q', 'trunk')
  expect((await offer()).commit).toBe(first)
  expect((await offer(repository, 'v1')).commit).toBe(first)
  expect((await offer(repository, first)).commit).toBe(first)
  const next = await offer(repository, 'next')
  expect(next).toEqual({ commit: second, files: new Map([['roles/l3/coder.md', 'Do it better.\n']]) })
  git(repository, 'checkout', '-q', 'next')
  write('roles/l3/coder.md', 'Do it best.\n')
  expect((await offer(repository, 'next')).commit).toBe(second)
  const third = commitAll()
  expect((await offer(repository, 'next')).commit).toBe(third)
})

test('a folder is taken as it lies there, and has no commit', async ({ place, dir, expect }) => {
  const folder = join(dir, 'folder')
  mkdirSync(join(folder, 'team', 'l2'), { recursive: true })
  writeFileSync(join(folder, 'roles.toml'), '[project]\nroles_dir = "team"\n')
  writeFileSync(join(folder, 'team', 'l2', 'lead.md'), '---\nname: lead\nprompt_file: lead.txt\n---\n')
  writeFileSync(join(folder, 'team', 'l2', 'lead.txt'), 'Lead.\n')
  writeFileSync(join(folder, 'team', 'l2', 'other.txt'), 'Not named.\n')
  expect(await place.offer(folder)).toEqual({
    commit: undefined,
    files: new Map([
      ['roles/l2/lead.md', '---\nname: lead\nprompt_file: lead.txt\n---\n'],
      ['roles/l2/lead.txt', 'Lead.\n'],
    ]),
  })
  await expect(place.offer(folder, 'main')).rejects.toThrow('it is no repository')
})

test('a prompt file that lies outside of the folder of roles is not taken', async ({ place, expect }) => {
  place.write('secret.txt', 'secret')
  place.write('roles/l3/coder.md', '---\nname: coder\nprompt_file: ../../secret.txt\n---\n')
  place.commitAll()
  expect([...(await place.offer()).files.keys()]).toEqual(['roles/l3/coder.md'])
})

/** What somebody may put into a source, in a repository and in a folder. */
const planted: readonly [string, (place: Place) => void, RegExp][] = [
  [
    'a link in the place of a role',
    ({ repository }) => symlinkSync('/etc/passwd', join(repository, 'roles/l3/other.md')),
    /roles\/l3\/other\.md: it is a link/,
  ],
  [
    'a link in the place of a folder',
    ({ repository }) => symlinkSync('/etc', join(repository, 'roles/l2')),
    /roles\/l2: it is a link/,
  ],
  [
    'a link in the place of the folder of roles',
    ({ repository }) => {
      rmSync(join(repository, 'roles'), { recursive: true })
      symlinkSync('/etc', join(repository, 'roles'))
    },
    /roles: it is a link/,
  ],
  [
    'a link on the way to the folder of roles',
    ({ repository, write }) => {
      write('roles.toml', '[project]\nroles_dir = "a/roles"\n')
      symlinkSync('..', join(repository, 'a'))
    },
    /has no roles in a\/roles|symbolic link/,
  ],
  [
    'a folder of roles that leads out',
    ({ write }) => write('roles.toml', '[project]\nroles_dir = "../../etc"\n'),
    /roles\.toml: project\.roles_dir: must be a folder below/,
  ],
  ['a name with control characters', ({ write }) => write('roles/a\u001b[2J\nb.md'), /is no name for it/],
  ['a name like a flag', ({ write }) => write('roles/-x.md'), /"-x\.md" is no name for it/],
  [
    'two names that differ in case alone',
    ({ write }) => write('roles/l3/Coder.md'),
    /the same name as .* where case does not count/,
  ],
  [
    'what is no text',
    ({ write }) => write('roles/l3/image.md', Buffer.from([0xff, 0xfe, 0x00, 0x80])),
    /Cannot read \S*roles\/l3\/image\.md: it is no text in UTF-8/,
  ],
  ['a huge file', ({ write }) => write('roles/l3/huge.md', 'x'.repeat(1_048_577)), /larger than 1 MiB/],
  [
    'nothing but a README',
    ({ repository, write }) => {
      rmSync(join(repository, 'roles'), { recursive: true })
      write('roles/README.md')
    },
    /it has no roles in roles\//,
  ],
]

test.for(planted)(
  '%s is refused, in a repository and in a folder',
  async ([, plant, reason], { place, expect }) => {
    plant(place)
    place.commitAll()
    const told = await place.offer().catch((error: Error) => error.message)
    expect(told).toMatch(reason)
    expect(told).not.toContain('\u001b')
    expect(told).not.toContain('root:')
    rmSync(join(place.repository, '.git'), { recursive: true })
    await expect(place.offer()).rejects.toThrow(reason)
  },
)

test('a submodule among the roles is refused, and fetched nowhere', async ({ place, dir, expect }) => {
  const { repository, offer } = place
  const other = makeRepository(join(dir, 'other'))
  git(repository, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'vendor')
  git(repository, 'commit', '-qm', 'vendor')
  expect((await offer()).files.size).toBe(1)
  git(repository, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'roles/vendor')
  git(repository, 'commit', '-qm', 'roles/vendor')
  await expect(offer()).rejects.toThrow('roles/vendor: it is a submodule')
})

test('nothing that a repository names is run', async ({ place, expect }) => {
  const { repository, mark, isMarked, write, commitAll, offer } = place
  write('.gitattributes', '*.md filter=evil diff=evil merge=evil\n')
  commitAll()
  for (const [key, value] of [
    ['filter.evil.smudge', `sh -c "${mark}"`],
    ['filter.evil.process', `sh -c "${mark}"`],
    ['diff.evil.textconv', `sh -c "${mark}"`],
    ['core.fsmonitor', mark],
    ['core.sshCommand', mark],
    ['core.gitProxy', mark],
    ['uploadpack.packObjectsHook', `sh -c "${mark}"`],
    ['core.alternateRefsCommand', mark],
    ['credential.helper', `!${mark}`],
    ['gpg.program', mark],
  ] as const)
    git(repository, 'config', key, value)
  for (const name of ['post-checkout', 'reference-transaction', 'pre-receive', 'post-update', 'post-merge']) {
    writeFileSync(join(repository, '.git', 'hooks', name), `#!/bin/sh\n${mark}\n`)
    chmodSync(join(repository, '.git', 'hooks', name), 0o755)
  }
  expect((await offer()).files.size).toBe(1)
  expect((await offer(`file://${repository}`)).files.size).toBe(1)
  expect(isMarked()).toBe(false)
})

test('what is missing in a repository is fetched from nowhere', async ({ place, expect }) => {
  const { repository, mark, isMarked, offer } = place
  const blob = git(repository, 'rev-parse', 'HEAD:roles/l3/coder.md')
  rmSync(join(repository, '.git/objects', blob.slice(0, 2), blob.slice(2)))
  for (const [key, value] of [
    ['core.repositoryFormatVersion', '1'],
    ['extensions.partialClone', 'evil'],
    ['remote.evil.promisor', 'true'],
    ['remote.evil.url', `file://${repository}`],
    ['remote.evil.uploadpack', `sh -c "${mark}"`],
    ['protocol.allow', 'always'],
  ] as const)
    git(repository, 'config', key, value)
  await expect(offer()).rejects.toThrow(/^Cannot fetch /)
  expect(isMarked()).toBe(false)
})

test("the operator's own settings let git go no other way than the address says", async ({
  place,
  dir,
  expect,
}) => {
  const { mark, isMarked, offer } = place
  const config = join(dir, 'home', '.gitconfig')
  mkdirSync(dirname(config))
  const set = (key: string, value: string) => git(dir, 'config', '--file', config, key, value)
  set('protocol.allow', 'always')
  set(`url.ext::sh -c ${mark.replaceAll(' ', '% ')} .insteadOf`, 'https://example.org/')
  const env = { HOME: dirname(config) }
  await expect(offer('https://example.org/roles', undefined, env)).rejects.toThrow(
    /transport 'ext' not allowed/,
  )
  expect(isMarked()).toBe(false)
})

test('a repository that is too large is given up on, and leaves nothing', async ({ place, expect }) => {
  place.write('huge', randomBytes(56 * 1024 * 1024))
  place.commitAll()
  await expect(place.offer()).rejects.toMatchObject({
    code: 'TOO_LARGE',
    message: expect.stringContaining('larger than 50 MiB'),
  })
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('marrow-roles-'))).toEqual([])
})

test('a source that does not answer is given up on', async ({ dir, expect }) => {
  const silent = join(dir, 'silent')
  writeFileSync(silent, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 })
  const source = parseSource('git@example.org:roles', '/')
  const asked = fetchOffer({
    source,
    ref: undefined,
    env: { ...process.env, GIT_SSH_COMMAND: silent },
    signal: AbortSignal.timeout(500),
  })
  await expect(asked).rejects.toThrow('Cannot fetch git@example.org:roles: it took longer than 60 s.')
})

test('why a source cannot be had is said without a password', async ({ place, expect }) => {
  await expect(place.offer('https://me:s3cret@127.0.0.1:1/roles')).rejects.toThrow(
    /^Cannot fetch https:\/\/127\.0\.0\.1:1\/roles: (?!.*(?:s3cret|czNjcmV0))/,
  )
  await expect(place.offer(place.repository, 'gone')).rejects.toThrow(
    /^Cannot fetch gone of .*: .*couldn't find remote ref gone\.$/,
  )
  await expect(place.offer('/no/such')).rejects.toThrow(
    'Cannot read the source /no/such: there is no such folder.',
  )
})

test('a short name of a forge is explained', async ({ place, expect }) => {
  await expect(place.offer('team/roles')).rejects.toMatchObject({
    fix: expect.stringContaining('https://github.com/team/roles'),
  })
})

test('the first branch of a repository without a commit is told of', async ({ dir, place, expect }) => {
  git(dir, 'init', '-q', 'empty')
  await expect(place.offer(join(dir, 'empty'))).rejects.toThrow(/^Cannot fetch .*remote ref HEAD/)
  commit(join(dir, 'empty'), 'file')
  await expect(place.offer(join(dir, 'empty'))).rejects.toThrow('it has no roles in roles/')
})
