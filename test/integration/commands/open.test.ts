import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import { programOn } from '../../../src/platform/paths.ts'
import { eventually } from '../../helpers/eventually.ts'
import { writeRoles } from '../../helpers/role-layer.ts'
import { marrowProgram, test as inSite, type Site } from '../../helpers/spawned-daemon.ts'
import { openTerminal, ownEnvironment, type Terminal } from '../../helpers/terminal.ts'

const SESSION = '06c12def-0280-4084-be77-251d272d9d80'
const hasWall = programOn(process.env['PATH'] ?? '', 'bwrap') !== undefined || Boolean(process.env['CI'])

/** Stands in for Claude Code: a turn writes a conversation into its home, its screen reads it and answers what is typed. */
const SIMULATED = `#!/bin/sh
kept="$HOME/.claude/projects/here"
case " $* " in
  *" --resume ${SESSION} "*)
    echo "opened $(cat "$kept") in $PWD with $*"
    [ -t 0 ] && [ -t 1 ] && : < /dev/tty && echo "run=[$MARROW_RUN] role=[$MARROW_ROLE] terminal"
    read -r line
    echo "typed $line"
    exit 7 ;;
esac
cat > /dev/null
mkdir -p "$HOME/.claude/projects" && echo "what was said" > "$kept"
echo '{"type":"system","subtype":"init","session_id":"${SESSION}"}'
echo '{"type":"result","subtype":"success","is_error":false,"result":"Done."}'
`

const test = inSite.extend<{ terminal: Terminal }>({
  terminal: async ({ dir }, use) => {
    using terminal = openTerminal(dir, dir, ownEnvironment())
    await use(terminal)
  },
})

/** One ended run of the simulated CLI, and how it is opened. */
async function worked(site: Site, mode: 'off' | 'required'): Promise<string> {
  const bin = join(site.dir, 'bin')
  const program = join(bin, 'claude')
  mkdirSync(bin)
  writeFileSync(program, SIMULATED)
  chmodSync(program, 0o755)
  const command = [program, '--max-turns', '5', '--model', 'small']
  const scout = { agent_command: JSON.stringify(command), role: "'chief'" }
  await site.write({ scout }, { 'isolation.mode': `'${mode}'` })
  await writeRoles(dirname(site.configPath))
  await site.start()
  await eventually('the run', () =>
    site.rows("select id from runs where state = 'ended'").length > 0 ? true : undefined,
  )
  return `${marrowProgram} open scout -c ${site.configPath}`
}

describe('marrow open', () => {
  test('goes on with a conversation in the terminal, with the exit code of the CLI', async ({
    site,
    terminal,
    expect,
  }) => {
    const line = await worked(site, 'off')
    const printed = await site.marrow('open', 'scout', '--print')
    expect(printed.out).toMatch(
      new RegExp(`^cd \\S+/ws && \\S+/bin/claude --resume ${SESSION} --model small\\n$`),
    )
    expect(JSON.parse((await site.marrow('open', 'scout', '-o', 'json')).out)).toEqual({
      run: expect.stringMatching(/^scout-/),
      agent: 'scout',
      work_dir: site.workspace,
      words: [join(site.dir, 'bin', 'claude'), '--resume', SESSION, '--model', 'small'],
      isolated_by: null,
    })
    terminal.line(`${line}; echo "code $?"`)
    await terminal.shows(`opened what was said in ${site.workspace}`)
    await terminal.shows('run=[] role=[l1/chief] terminal')
    terminal.line('hello')
    await terminal.shows('typed hello')
    await terminal.shows('code 7')
    expect(await site.marrow('open', 'scout')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Cannot open the conversation: this is no terminal.'),
    })
  })

  test.skipIf(!hasWall)(
    'opens what was said behind the wall there, where it lies',
    async ({ site, terminal, expect }) => {
      const line = await worked(site, 'required')
      const [run] = site.rows('select wall, outcome from runs')
      expect(run).toMatchObject({ wall: 'bubblewrap', outcome: '{"kind":"succeeded"}' })
      terminal.line(`${line}; echo "code $?"`)
      await terminal.shows(`opened what was said in ${site.workspace}`)
      await terminal.shows('run=[] role=[l1/chief] terminal')
      terminal.line('hello')
      await terminal.shows('typed hello')
      await terminal.shows('code 7')
    },
  )

  test('opens that of a child as the child was started, in its own role', async ({ site, expect }) => {
    const program = join(site.dir, 'claude')
    writeFileSync(program, SIMULATED)
    chmodSync(program, 0o755)
    const handOn = 'marrow delegate hand --task "Mend it." --wait'
    await site.write(
      { chief: { agent_command: JSON.stringify(['sh', '-c', handOn]), role: "'l1/chief'" } },
      { 'delegation.command': JSON.stringify([program, '--agent', '{role}']) },
    )
    await writeRoles(dirname(site.configPath))
    await site.start()
    const child = await eventually('the child', () => {
      const [row] = site.rows("select id from runs where lineage <> '[]' and state = 'ended'")
      return row === undefined ? undefined : String(row['id'])
    })
    expect(JSON.parse((await site.marrow('open', child, '-o', 'json')).out)).toMatchObject({
      run: child,
      words: [program, '--resume', SESSION, '--agent', 'hand'],
    })
  })

  test('says why a conversation cannot be opened', async ({ site, expect }) => {
    await site.write({
      scout: { agent_command: '["sh", "-c", "echo done"]' },
      sleeper: { agent_command: '["sh", "-c", "exec sleep 600"]', adapter: "'claude'" },
    })
    const daemon = await site.start()
    await eventually('both runs', async () => {
      const { runs } = await daemon.ask('runs', { limit: 2 })
      const states = runs.map(({ agent, state }) => `${agent} ${state}`).toSorted()
      return states.join() === 'scout ended,sleeper running' ? true : undefined
    })
    expect(await site.marrow('open', 'scout')).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^Cannot open the conversation of scout-\S+: its agent CLI told no id of it\./,
      ),
    })
    expect(await site.marrow('open', 'sleeper', '--print')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/it still goes on, and two would write to one conversation\.\nFix: /),
    })
  })
})
