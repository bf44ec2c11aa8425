/** What a run leaves behind for others to stumble over: hooks for the operator's own programs, and links and settings for the daemon. */
import { spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { programOn } from '../../src/platform/paths.ts'
import { eventually } from '../helpers/eventually.ts'
import { sh, test, type Site, type SpawnedDaemon } from '../helpers/spawned-daemon.ts'
import { treeOf } from '../helpers/tree.ts'

const isMissing = programOn(process.env['PATH'] ?? '', 'bwrap') === undefined && !process.env['CI']
if (isMissing)
  process.stderr.write('bubblewrap is not installed: what a run can plant is tested without it.\n')
const walled = test.skipIf(isMissing)

/** What programs of the operator's obey or execute. */
const obeyed = [
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/CLAUDE.md',
  '.claude/agents/helper.md',
  '.claude/commands/fix.md',
  '.claude/hooks/stop.sh',
  '.claude/plugins/evil/plugin.json',
  '.claude.json',
  '.codex/config.toml',
  '.codex/AGENTS.md',
  '.codex/hooks.json',
  '.gemini/settings.json',
  '.gemini/GEMINI.md',
  '.gemini/extensions/evil/gemini-extension.json',
  '.config/opencode/opencode.json',
  '.config/opencode/plugin/evil.js',
  '.config/opencode/AGENTS.md',
  '.local/share/opencode/bin/rg',
  '.bashrc',
  '.profile',
  '.zshenv',
  '.gitconfig',
  '.config/git/config',
  '.npmrc',
  '.ssh/authorized_keys',
  '.ssh/config',
  '.local/bin/git',
  '.config/autostart/evil.desktop',
  '.config/systemd/user/evil.service',
] as const

/** A home in which some of them exist and the CLIs are logged in. */
function furnishHome(home: string): void {
  const logins = [
    '.claude/.credentials.json',
    '.codex/auth.json',
    '.gemini/oauth_creds.json',
    '.local/share/opencode/auth.json',
  ]
  for (const path of [...logins, ...obeyed.filter((_, index) => index % 2 === 0)]) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), path.endsWith('.json') ? '{}' : '', { mode: 0o600 })
  }
}

/** A home of its own for the daemons of a site. */
function homeOf(site: Site): string {
  const [home, before] = [join(site.dir, 'home'), process.env['HOME']]
  mkdirSync(home)
  process.env['HOME'] = home
  site.defer(() => {
    process.env['HOME'] = before
  })
  return home
}

/** One tick of `scout`, to its end. */
async function tickOf(daemon: SpawnedDaemon): Promise<void> {
  await daemon.ask('runOnce', { agents: ['scout'] })
}

/** Starts a daemon and waits for the first run, which the schedule begins. */
async function firstRun(site: Site): Promise<SpawnedDaemon> {
  const daemon = await site.start()
  await eventually(
    'the first run',
    async () => {
      const { runs } = await daemon.ask('runs', { agent: 'scout' })
      return runs.find(({ state }) => state === 'ended')
    },
    60_000,
  )
  return daemon
}

describe('hooks for the programs of the operator', () => {
  const plant = sh(
    obeyed
      .map(
        (path) =>
          `mkdir -p "$HOME/${dirname(path)}"; echo planted >>"$HOME/${path}"; chmod 777 "$HOME/${path}"`,
      )
      .concat(
        'for one in .claude .codex .gemini .config; do mv "$HOME/$one" "$HOME/$one.away"; done',
        'exit 0',
      )
      .join('; '),
  )

  test('are planted without a wall', async ({ site, expect }) => {
    const home = homeOf(site)
    furnishHome(home)
    await site.write({ scout: { agent_command: plant } })
    await firstRun(site)
    const tree = treeOf(home)
    for (const path of obeyed) {
      const moved = path.replace(/^(\.claude|\.codex|\.gemini|\.config)\//, '$1.away/')
      expect([path, tree[moved]]).toEqual([path, expect.stringContaining('planted')])
    }
  })

  for (const adapter of ['claude', 'codex', 'gemini', 'opencode', 'generic']) {
    walled(`are gone with the run behind it, as ${adapter}`, async ({ site, expect }) => {
      const home = homeOf(site)
      furnishHome(home)
      await site.write(
        { scout: { agent_command: plant, adapter: `'${adapter}'` } },
        { 'isolation.mode': `'required'` },
      )
      const before = treeOf(home)
      await firstRun(site)
      expect(treeOf(home)).toEqual(before)
    })
  }
})

describe('links in the place of what an agent CLI keeps', () => {
  const cases = ['claude', 'codex', 'opencode', 'gemini'].flatMap((adapter) =>
    [1, 2, 4].map((depth) => ({ adapter, depth })),
  )
  walled.for(cases)(
    'lead a later run of $adapter nowhere, $depth deep',
    async ({ adapter, depth }, { site, expect }) => {
      const home = homeOf(site)
      furnishHome(home)
      const outside = outsideOf(site)
      const script = [
        'cd "$MARROW_WORKSPACE"',
        // The first run plants, the second one looks what it got for that: it writes into every folder that it sees.
        `if [ ! -e planted ]; then echo >planted`,
        `for top in "$HOME" runtime; do find "$top" -mindepth 1 -maxdepth ${depth} | sort -r | while read -r one; do rm -rf "$one" && ln -s ${outside} "$one"; done; done; exit 0; fi 2>/dev/null`,
        'find -L "$HOME" . -type d 2>/dev/null | while read -r one; do echo planted >"$one/planted"; done; exit 0',
      ].join('\n')
      await site.write(
        { scout: { agent_command: sh(script), adapter: `'${adapter}'`, gate: `'always'` } },
        { 'isolation.mode': `'required'` },
      )
      site.expectErrors(/link/)
      const [before, homeBefore] = [treeOf(outside), treeOf(home)]
      const daemon = await firstRun(site)
      await tickOf(daemon)
      expect(treeOf(outside)).toEqual(before)
      expect(treeOf(home)).toEqual(homeBefore)
    },
  )
})

/** A folder outside, with a secret, to which links of the agent lead. */
function outsideOf(site: Site): string {
  const outside = join(site.dir, 'outside')
  for (const folder of ['queue', 'notes', 'exec', 'handoffs']) {
    mkdirSync(join(outside, folder, 'scout'), { recursive: true })
    writeFileSync(join(outside, folder, 'secret.md'), '# the operator wrote this')
  }
  return outside
}

/** What an agent puts in the place of folders that marrow makes. */
function linksTo(outside: string): Record<string, string> {
  return {
    'tasks/queue': join(outside, 'queue'),
    'runtime/notes': join(outside, 'notes'),
    'runtime/logs/exec': join(outside, 'exec'),
    'runtime/handoffs': join(outside, 'handoffs'),
  }
}

describe('traps for the daemon', () => {
  const modes = isMissing ? (['off'] as const) : (['off', 'required'] as const)

  for (const mode of modes) {
    test(`links in the place of its folders are not followed, isolation ${mode}`, async ({
      site,
      expect,
    }) => {
      const outside = outsideOf(site)
      const plant = Object.entries(linksTo(outside)).flatMap(([path, target]) => [
        `mkdir -p ${dirname(path)}`,
        `rm -rf ${path}`,
        `ln -s ${target} ${path}`,
      ])
      const script = ['cd "$MARROW_WORKSPACE"', '[ -e planted ] && exit 0', ...plant, 'echo >planted'].join(
        '; ',
      )
      await site.write(
        { scout: { agent_command: sh(script), gate: `'always'`, wake_on: '["tasks", "handoff"]' } },
        { 'isolation.mode': `'${mode}'` },
      )
      site.expectErrors(/link/)
      const before = treeOf(outside)
      const daemon = await firstRun(site)
      for (const path of Object.keys(linksTo(outside)))
        expect([path, lstatSync(join(site.workspace, path)).isSymbolicLink()]).toEqual([path, true])
      expect(readFileSync(join(site.workspace, 'tasks/queue/secret.md'), 'utf8')).toContain('operator')
      await tickOf(daemon)
      await site.marrow('task', 'add', 'Mend the fence')
      await site.marrow('dry-run')
      await tickOf(daemon)
      expect(treeOf(outside)).toEqual(before)
      const { runs } = await daemon.ask('runs', { agent: 'scout' })
      for (const { id } of runs)
        expect(readFileSync(join(site.stateDir, 'runs', id, 'prompt'), 'utf8')).not.toContain(
          'operator wrote',
        )
    })

    test(`a link to a file is not read as a task, isolation ${mode}`, async ({ site, expect }) => {
      const outside = outsideOf(site)
      const script = `cd "$MARROW_WORKSPACE"; mkdir -p tasks/queue runtime/handoffs/other-to-scout; ln -sf ${outside}/queue/secret.md tasks/queue/a.md; ln -sf ${outside}/queue/secret.md runtime/handoffs/other-to-scout/b.md; exit 0`
      await site.write(
        { scout: { agent_command: sh(script), gate: `'always'`, wake_on: '["tasks", "handoff"]' } },
        { 'isolation.mode': `'${mode}'` },
      )
      site.expectErrors(/link/)
      const daemon = await firstRun(site)
      await tickOf(daemon)
      expect(readFileSync(join(site.workspace, 'tasks/queue/a.md'), 'utf8')).toContain('operator wrote')
      const { runs } = await daemon.ask('runs', { agent: 'scout' })
      expect(runs.length).toBeGreaterThan(1)
      for (const { id } of runs)
        expect(readFileSync(join(site.stateDir, 'runs', id, 'prompt'), 'utf8')).not.toContain(
          'operator wrote',
        )
    })

    test(`settings of git are not obeyed when it looks at a work_dir, isolation ${mode}`, async ({
      site,
      expect,
    }) => {
      const marks = join(site.dir, 'marks')
      mkdirSync(marks)
      const mark = (name: string) => `"touch ${marks}/${name}; cat"`
      const script = [
        'cd "$MARROW_WORKSPACE"; [ -e .git ] && exit 0',
        "git init -q; echo one >file; echo '* filter=evil diff=evil' >.gitattributes",
        'git add . && git -c user.name=a -c user.email=a@b commit -qm first; echo two >>file',
        `git config filter.evil.clean ${mark('clean')}; git config filter.evil.smudge ${mark('smudge')}`,
        `git config filter.evil.process "touch ${marks}/process"; git config diff.evil.textconv ${mark('textconv')}`,
        `git config diff.external "touch ${marks}/external"; git config core.pager "touch ${marks}/pager"`,
        `printf '#!/bin/sh\\ntouch ${marks}/monitor\\n' >monitor; chmod +x monitor; git config core.fsmonitor "$PWD/monitor"`,
        `for one in post-index-change pre-commit; do printf '#!/bin/sh\\ntouch ${marks}/hook\\n' >.git/hooks/$one; chmod +x .git/hooks/$one; done`,
        'touch file; exit 0',
      ].join('; ')
      await site.write(
        { scout: { agent_command: sh(script), gate: `'changed'`, wake_on: '["tasks"]' } },
        { 'isolation.mode': `'${mode}'` },
      )
      const daemon = await firstRun(site)
      await site.marrow('task', 'add', 'Mend the fence')
      await tickOf(daemon)
      await site.marrow('dry-run')
      await site.marrow('doctor')
      expect(treeOf(marks)).toEqual({})
      // They were live all the time: whoever asks git without care starts them.
      spawnSync('git', ['status'], { cwd: site.workspace })
      expect(Object.keys(treeOf(marks)).length).toBeGreaterThan(0)
    })
  }
})
