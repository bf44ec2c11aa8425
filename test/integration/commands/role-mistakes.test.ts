/** What marrow says and does when role files have mistakes, through the program as people run it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sh, test, type Site } from '../../helpers/spawned-daemon.ts'

const agents = {
  good: {
    agent_command: sh('cat > "$MARROW_WORKSPACE/sent"'),
    prompt_via: '"stdin"',
    role: '"good"',
    gate: '"always"',
  },
  bad: { agent_command: sh('touch "$MARROW_WORKSPACE/never"'), role: '"bad"', gate: '"always"' },
}

async function put(path: string, ...lines: readonly string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, lines.join('\n'))
  return path
}

/** One agent whose role is right and one whose role is not, and a custom role that wants too much. */
async function furnish(site: Site) {
  await site.write(agents)
  const roles = join(dirname(site.configPath), 'roles')
  await put(join(roles, 'l1/good.md'), '---', 'name: good', 'scheduled: true', '---', 'Be good.')
  await put(join(roles, 'l3/coder.md'), '---', 'name: coder', 'class: leaf', 'capabilities: [read]', '---')
  return {
    bad: await put(join(roles, 'l1/bad.md'), '---', 'nam: bad', 'role: chief', '---', 'Be bad.'),
    custom: await put(
      join(site.workspace, 'roles/custom-x.md'),
      '---',
      'name: custom-x',
      'base: coder',
      'capabilities: [bash]',
      '---',
      'Take all.',
    ),
  }
}

test('validate tells every mistake of a role file, and warns of those that agents made', async ({
  site,
  expect,
}) => {
  const { bad, custom } = await furnish(site)
  const { code, out, err } = await site.marrow('validate')
  expect({ code, isOk: out.includes('VALIDATE OK') }).toEqual({ code: 2, isOk: false })
  expect(err).toContain(`warning: ${custom}:4: capabilities: has bash, which l3/coder has not.`)
  expect(err).toContain(`${bad}:1: name: is required.`)
  expect(err).toContain(`${bad}:3: role: must be primary, subagent or all.`)
  const json = JSON.parse((await site.marrow('validate', '--json')).out)
  expect(json).toMatchObject({
    ok: false,
    problems: [
      { file: bad, line: 1 },
      { file: bad, line: 3 },
    ],
  })
  expect(json.warnings).toContainEqual(expect.objectContaining({ file: custom, line: 4 }))
})

test('doctor tells them too, and which agent is not started for it', async ({ site, expect }) => {
  const { bad, custom } = await furnish(site)
  const { findings } = JSON.parse((await site.marrow('doctor', '--json')).out)
  expect(findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ level: 'issue', subject: `${bad}:1` }),
      expect.objectContaining({ level: 'issue', subject: `${bad}:3` }),
      expect.objectContaining({
        level: 'issue',
        subject: 'bad',
        problem: expect.stringContaining('2 mistakes'),
      }),
      expect.objectContaining({ level: 'hint', subject: `${custom}:4` }),
    ]),
  )
})

test('an agent whose role has mistakes is not started, and another one is', async ({ site, expect }) => {
  const { bad } = await furnish(site)
  const refused = await site.marrow('run-once', 'bad')
  expect(refused.code).toBe(1)
  expect(refused.out).toContain(`Cannot use ${bad}: it has 2 mistakes.`)
  expect((await site.marrow('run-once', 'good')).code).toBe(0)
  const names = await readdir(site.workspace)
  expect({ sent: names.includes('sent'), never: names.includes('never') }).toEqual({
    sent: true,
    never: false,
  })
  expect(await readFile(join(site.workspace, 'sent'), 'utf8')).toMatch(/^--- \[Role\] ---\nBe good\.\n/mu)
})
