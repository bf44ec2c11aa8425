/** Handoffs that runs send at their own door, and what a crash may do to them. Through the built daemon and the built CLI. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { eventually } from '../../helpers/eventually.ts'
import { writeRoles } from '../../helpers/role-layer.ts'
import { marrowProgram, sh, test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

/** A chief whose runs do what is said for their role, and a scout, each of them ticked once. */
async function team(site: Site, does: Readonly<Record<string, string>>, scout = {}): Promise<SpawnedDaemon> {
  const cases = Object.entries(does).map(([role, script]) => `${role}) ${script} ;;`)
  const script = `marrow() { '${marrowProgram}' "$@"; }; cd "$MARROW_WORKSPACE"; case "$MARROW_ROLE" in ${cases.join(' ')} esac`
  await site.write({
    chief: { agent_command: sh(script), role: "'l1/chief'", heartbeat_interval: '86400' },
    scout: { agent_command: sh('true'), heartbeat_interval: '86400', ...scout },
  })
  await writeRoles(dirname(site.configPath))
  const daemon = await site.start()
  await eventually('the first ticks', () => {
    const [row] = site.rows("select count(distinct agent) as n from ticks where state = 'ended'")
    return Number(row?.['n']) >= 2 ? true : undefined
  })
  return daemon
}

const note = (site: Site, name: string) => readFileSync(join(site.workspace, name), 'utf8')
const sent = (site: Site) => site.rows('select * from handoffs order by id')
const folder = (site: Site, ...below: string[]) => join(site.workspace, 'runtime', 'handoff', ...below)

/** All finished files that a handoff folder ever got. */
function filesIn(site: Site, name: string): string[] {
  const all = readdirSync(folder(site, name), { recursive: true, withFileTypes: true })
  // What was being written when a daemon was killed is hidden, and nobody's.
  return all.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name)
}

const paths = (site: Site) => sent(site).map(({ path }) => String(path))
const settled = (site: Site) =>
  eventually('all to be written', () =>
    sent(site).every(({ content }) => content === null) ? true : undefined,
  )

/** A handoff that the operator sent to a scout whom none wakes, of a daemon that was killed since. */
async function sentAndKilled(site: Site): Promise<{ readonly path: string; readonly content: string }> {
  const daemon = await team(site, {}, { wake_on: '[]' })
  await daemon.ask('sendHandoff', { to: 'scout', text: 'Look at it.' })
  const [path = ''] = paths(site)
  const content = readFileSync(path, 'utf8')
  await daemon.kill()
  return { path, content }
}

/** As if it had not been noted down that the file is written. */
function forgetWriting(site: Site, content: string): void {
  site.alter(`update handoffs set content = '${content.replaceAll("'", "''")}'`)
}

/** As if nobody had looked at the folders of handoffs. */
const forgetLook = (site: Site) => site.alter('delete from seen; delete from triggers')

describe('a run', () => {
  test('sends in the name of its agent, with its role, and to those that there are', async ({
    site,
    expect,
  }) => {
    const daemon = await team(site, {
      'l1/chief': `
        printf '# Which colour?\\n\\nRed or blue.\\n' | marrow handoff send human --file - --json > human.json;
        marrow handoff send scout --title '../../etc/passwd' --text 'Look here.';
        marrow handoff send chief --later --text 'For later.';
        for to in ../scout /etc chief-to-scout nobody ''; do marrow handoff send "$to" --text x; echo "code $?"; done > refused 2>&1;
        marrow handoff list > list`,
    })
    expect(JSON.parse(note(site, 'human.json'))).toMatchObject({
      to: 'human',
      wakes: false,
      next: 'The operator is told of it.',
    })
    expect(note(site, 'refused').match(/code 1\n|code 2\n/g)).toHaveLength(5)
    expect(note(site, 'refused')).toContain('there is no agent "../scout"')
    expect(sent(site)).toMatchObject([
      { agent: 'chief', role: 'l1/chief', receiver: 'human', title: 'Which colour?', content: null },
      { agent: 'chief', role: 'l1/chief', receiver: 'scout', title: '../../etc/passwd', content: null },
      { agent: 'chief', role: 'l1/chief', receiver: 'chief', title: 'For later.', wake: 0, content: null },
    ])
    expect(readdirSync(folder(site)).toSorted()).toEqual([
      'chief-to-chief',
      'chief-to-human',
      'chief-to-scout',
    ])
    expect(filesIn(site, 'chief-to-scout')).toEqual([
      expect.stringMatching(/^\d{8}-\d{6}-chief-etcpasswd\.md$/),
    ])
    expect(note(site, 'list')).toMatch(/chief as l1\/chief +human +waiting +Which colour\?/)
    const { events } = await daemon.ask('journal', { kind: ['handoff.left'] })
    expect(events).toMatchObject([{ agent: 'chief', data: { from: 'chief', title: 'Which colour?' } }])
  })

  test('of another project reaches the workspace of whom it writes to, and sees only what is its own', async ({
    site,
    expect,
  }) => {
    const other = join(site.dir, 'other')
    await mkdir(other)
    const idle = {
      agent_command: sh('true'),
      project: "'two'",
      workspace: `'${other}'`,
      heartbeat_interval: '86400',
      wake_on: '[]',
    }
    await site.write({
      here: {
        agent_command: sh(
          `cd "$MARROW_WORKSPACE"; '${marrowProgram}' handoff send there --text Hello; '${marrowProgram}' handoff list --json > list; '${marrowProgram}' handoff show Secret; echo "code $?" > shown`,
        ),
        heartbeat_interval: '86400',
        project: "'one'",
      },
      there: idle,
      third: idle,
    })
    await mkdir(join(other, 'runtime/handoff/third-to-there'), { recursive: true })
    await writeFile(join(other, 'runtime/handoff/third-to-there/a.md'), '# Secret')
    await site.start()
    await eventually('its run', async () => {
      const [row] = site.rows("select count(*) as n from runs where agent = 'here' and state = 'ended'")
      return row?.['n'] === 1 ? true : undefined
    })
    expect(readdirSync(join(other, 'runtime/handoff'))).toContain('here-to-there')
    const { waiting, done } = JSON.parse(note(site, 'list'))
    expect([...waiting, ...done]).toMatchObject([{ from: 'here', to: 'there', proven: true }])
    expect(note(site, 'shown')).toBe('code 1\n')
  })

  test('that is a child sends in the name of who is accountable, and wakes nobody', async ({
    site,
    expect,
  }) => {
    const daemon = await team(site, {
      'l1/chief': 'marrow delegate hand --task "Mend it." --wait',
      'l3/hand': 'marrow handoff send scout --text "From a hand."',
    })
    expect(sent(site)).toMatchObject([
      { agent: 'chief', role: 'l3/hand', receiver: 'scout', starts_lineage: 0 },
    ])
    expect(site.rows("select wakes from triggers where agent = 'scout'")).toEqual([{ wakes: 0 }])
    const { events } = await daemon.ask('journal', { kind: ['handoff.held'] })
    expect(events).toMatchObject([{ agent: 'scout', data: { rule: 'level' } }])
    const { agents } = await daemon.ask('dryRun', { agents: ['scout'] })
    expect(agents[0]).toMatchObject({ would_run: true, reason: expect.stringMatching(/handoff|always/) })
    expect(agents[0]?.prompt).toMatch(/ proven, from "chief as l3\/hand", in [^\n]+\n> # From a hand\./)
  })
})

describe('a child that nobody waits for', () => {
  test('reports once, with its last words, also when the daemon is killed before it ends', async ({
    site,
    expect,
  }) => {
    const go = join(site.dir, 'go')
    const first = await team(site, {
      'l1/chief': 'marrow delegate hand --task "Mend the roof." --detach',
      'l3/hand': `until [ -e '${go}' ]; do sleep 0.05; done; echo mended`,
    })
    await eventually('the child', () =>
      site.rows("select 1 from runs where lineage <> '[]' and state = 'running'").length > 0
        ? true
        : undefined,
    )
    await first.kill()
    site.alter('update runs set hops = 5')
    await writeFile(go, '')
    const second = await site.start()
    const [row] = await eventually('the report', () =>
      sent(site)[0]?.['content'] === null ? sent(site) : undefined,
    )
    expect(row).toMatchObject({
      agent: 'chief',
      role: 'l3/hand',
      receiver: 'chief',
      title: 'l3/hand: succeeded',
      starts_lineage: 0,
      hops: 0,
    })
    const text = readFileSync(String(row?.['path']), 'utf8')
    expect(text).toMatch(
      /^# l3\/hand: succeeded\n\nThe run chief-[^ ]+ has ended, [^]*Its task began: Mend the roof\.\n\nIts last words:\n\nmended\n$/,
    )
    expect(site.rows('select agent, wakes from triggers')).toEqual([{ agent: 'chief', wakes: 0 }])
    await second.kill()
    await site.start()
    expect(sent(site)).toHaveLength(1)
    expect(filesIn(site, 'chief-to-chief')).toHaveLength(1)
  })
})

describe('a daemon that was killed', () => {
  test('between record and file leaves a handoff that is neither lost nor doubled', async ({
    site,
    expect,
  }) => {
    const { path, content } = await sentAndKilled(site)
    // It died before the file was written.
    await rm(path)
    forgetWriting(site, content)
    forgetLook(site)
    const second = await site.start()
    await settled(site)
    expect([filesIn(site, 'human-to-scout'), readFileSync(path, 'utf8')]).toEqual([
      [path.split('/').at(-1)],
      content,
    ])
    expect(site.rows('select wakes from triggers')).toEqual([{ wakes: 0 }])
    await second.kill()
    // It died after that, before it could note it down.
    forgetWriting(site, content)
    forgetLook(site)
    const third = await site.start()
    await settled(site)
    expect(filesIn(site, 'human-to-scout')).toHaveLength(1)
    expect(site.rows('select wakes from triggers')).toEqual([{ wakes: 0 }])
    expect((await third.ask('handoffs', {})).waiting).toMatchObject([{ proven: true }])
    await third.kill()
    // The same, and somebody has dealt with it since.
    await mkdir(join(dirname(path), 'done'))
    await rename(path, join(dirname(path), 'done', path.split('/').at(-1) ?? ''))
    forgetWriting(site, content)
    await site.start()
    await settled(site)
    expect(readdirSync(dirname(path))).toEqual(['done'])
    expect(filesIn(site, 'human-to-scout')).toHaveLength(1)
  })

  test('while its file is being sent is sent the same words again, and has them once', async ({
    site,
    expect,
  }) => {
    let daemon = await team(site, {}, { wake_on: '[]' })
    for (let round = 0; round < 3; round += 1) {
      const words = ['handoff', 'send', 'scout', '--text', `Round ${round}`]
      const sending = site.marrow(...words)
      await eventually('the record', () => (sent(site).length > round ? true : undefined))
      await daemon.kill()
      await sending
      daemon = await site.start()
      expect(await site.marrow(...words)).toMatchObject({ code: 0 })
    }
    await settled(site)
    expect(sent(site)).toHaveLength(3)
    expect(filesIn(site, 'human-to-scout')).toHaveLength(3)
  })

  test('with a name that somebody else took meanwhile gets another one, and leaves that file alone', async ({
    site,
    expect,
  }) => {
    const { path, content } = await sentAndKilled(site)
    await writeFile(path, 'not ours')
    forgetWriting(site, content)
    await site.start()
    await settled(site)
    expect(readFileSync(path, 'utf8')).toBe('not ours')
    expect(paths(site)).toEqual([path.replace(/\.md$/, '-2.md')])
    expect(readFileSync(path.replace(/\.md$/, '-2.md'), 'utf8')).toBe(content)
  })
})
