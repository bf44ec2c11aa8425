/** Attacks on the door of the agents: by whom it is not meant for, and by runs that want more than their own. */
import { describe } from 'vitest'
import { isAt, protocol } from '../../../src/ipc/protocol/table.ts'
import { routes, type Verb } from '../../../src/ipc/routes.ts'
import { test, type Site, type SpawnedDaemon } from '../../helpers/spawned-daemon.ts'
import {
  allEnded,
  askerOf,
  doorOf,
  letGo,
  noted,
  refusal,
  runIn,
  team,
  tickRun,
  tree,
  type Asker,
} from '../../helpers/team.ts'
import { parseAnswer, send } from '../door/wire.ts'

const forged = 'A'.repeat(43)

/** One request as bytes, with its headers as they are given. */
function bytesOf(verb: Verb, headers: readonly string[], body = '{}'): Buffer {
  const { method, path } = routes[verb]
  const length = method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : []
  const head = [`${method} ${path} HTTP/1.1`, ...headers, ...length].join('\r\n')
  return Buffer.from(`${head}\r\n\r\n${method === 'POST' ? body : ''}`)
}

/** The status of each answer on one connection. */
async function statusesOf(site: Site, bytes: Buffer): Promise<number[]> {
  const { text } = await send(doorOf(site), { bytes, ends: 'late' })
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

async function refusedAtDoor(daemon: SpawnedDaemon): Promise<Set<string>> {
  const { events } = await daemon.ask('journal', { kind: 'door.refused', limit: 1_000 })
  return new Set(events.map(({ data }) => `${String(data['verb'])}: ${String(data['reason'])}`))
}

/** A chief, its lead and the hand of that, all at work until `end`. */
async function threeAtWork(site: Site): Promise<{
  readonly daemon: SpawnedDaemon
  readonly chief: Asker
  readonly lead: Asker
  readonly hand: Asker
}> {
  await team(site, {
    'l1/chief': 'marrow delegate lead --task Lead. && hold end',
    'l2/lead': 'marrow delegate hand --task Do. && hold end',
    'l3/hand': 'hold end',
  })
  const daemon = await site.start()
  const hand = await askerOf(site, (await runIn(daemon, 'l3/hand')).run)
  const lead = await askerOf(site, (await runIn(daemon, 'l2/lead')).run)
  return { daemon, chief: await askerOf(site, await tickRun(daemon)), lead, hand }
}

describe('the door of the agents', () => {
  test('opens to the token of a run that goes on, over a crash of the daemon, and to nothing else', async ({
    site,
    expect,
  }) => {
    const { daemon, chief, hand } = await threeAtWork(site)
    const wrong = ['', forged, chief.token.slice(1), `${chief.token}A`, `${chief.token} ${chief.token}`]
    for (const token of wrong) {
      expect(await refusal(chief.ask('me', {}, { token }))).toMatch(/^UNKNOWN_TOKEN: /)
      expect(await refusal(chief.ask('delegate', { role: 'hand', task: 'x' }, { token }))).toMatch(
        /^UNKNOWN_TOKEN/,
      )
    }
    expect(await refusal(chief.ask('me', {}, { token: undefined }))).toBe(
      'UNKNOWN_TOKEN: Cannot do me: it shows no token.',
    )
    expect(await refusedAtDoor(daemon)).toEqual(
      new Set(
        ['it shows no token', 'what it shows is no token', 'nobody has this token'].flatMap((reason) =>
          (reason === 'it shows no token' ? ['me'] : ['me', 'delegate']).map((verb) => `${verb}: ${reason}`),
        ),
      ),
    )
    await daemon.kill()
    const next = await site.start()
    expect(await chief.ask('me', {})).toMatchObject({ run: chief.run, role: 'l1/chief', depth: 0 })
    expect(await hand.ask('me', {})).toMatchObject({ run: hand.run, depth: 2, may_delegate_to: [] })

    await letGo(site, 'end')
    await allEnded(next)
    for (const asker of [chief, hand])
      expect(await refusal(asker.ask('me', {}))).toBe(
        'UNKNOWN_TOKEN: Cannot do me: the run of this token has ended.',
      )
    expect(await refusal(chief.ask('delegate', { role: 'hand', task: 'x', detach: true }))).toMatch(
      /^UNKNOWN_TOKEN/,
    )
    const told = await next.ask('journal', { kind: 'door.refused', run: chief.run, limit: 100 })
    expect(told.events.map(({ data }) => data['reason'])).toEqual(
      expect.arrayContaining(['the run of this token has ended']),
    )
    expect(site.rows('select run from delegations')).toHaveLength(2)
  })

  test('shows a run its own delegations and nobody else’s', async ({ site, expect }) => {
    const { chief, lead, hand } = await threeAtWork(site)
    const asked = (await chief.ask('delegations', {})).delegations.map(({ run }) => run)
    expect(asked).toEqual([lead.run])
    for (const [asker, of] of [
      [chief, hand.run],
      [lead, lead.run],
      [hand, lead.run],
      [hand, hand.run],
      [chief, `${lead.run}' or '1'='1`],
      [chief, 'nobody-20260101-000000-000-aaaa'],
    ] as const)
      expect(await refusal(asker.ask('delegation', { run: of, wait_s: 30 }))).toMatch(
        /^NOT_FOUND: .* did not ask for it\.$/,
      )
  })

  test('does nothing that only the operator may, and the operator’s does nothing that is for runs', async ({
    site,
    expect,
  }) => {
    const { daemon, chief } = await threeAtWork(site)
    const before = await daemon.ask('status', {})
    const verbs = Object.keys(protocol).filter((verb): verb is Verb => Object.hasOwn(protocol, verb))
    const ofOperator = verbs.filter((verb) => !isAt('agent', verb))
    expect(ofOperator).toEqual(
      expect.arrayContaining(['wake', 'runOnce', 'pause', 'cancel', 'stop', 'runs', 'journal']),
    )
    const params: Readonly<Record<string, object>> = {
      wake: { agent: 'chief' },
      runOnce: { agents: ['chief'] },
      cancel: { target: chief.run },
      addTask: { title: 'Mine' },
    }
    for (const verb of ofOperator) {
      const header = [`Authorization: Bearer ${chief.token}`]
      const bytes = bytesOf(verb, header, JSON.stringify(params[verb] ?? {}))
      const answer = parseAnswer((await send(doorOf(site), { bytes, ends: 'late' })).text)
      expect([verb, answer?.status, JSON.parse(answer?.body ?? '{}')]).toMatchObject([
        verb,
        403,
        { code: 'NOT_ALLOWED', error: `Cannot do ${verb}: only the operator may.` },
      ])
    }
    expect(await refusedAtDoor(daemon)).toEqual(
      new Set(ofOperator.map((verb) => `${verb}: only the operator may`)),
    )
    const socket = `${site.stateDir}/marrow.sock`
    for (const verb of verbs.filter((one) => !isAt('operator', one))) {
      const bytes = bytesOf(verb, [`Authorization: Bearer ${chief.token}`], '{"role":"hand","task":"x"}')
      const answer = parseAnswer((await send(socket, { bytes, ends: 'late' })).text)
      expect([verb, answer?.status]).toEqual([verb, 403])
    }
    const { paused, stopping, pid, runs_open, children_open, agents } = await daemon.ask('status', {})
    expect({ paused, stopping, pid, open: runs_open + children_open }).toEqual({
      paused: null,
      stopping: false,
      pid: before.pid,
      open: 3,
    })
    expect(agents['chief']).toMatchObject({
      tick_count: before.agents['chief']?.tick_count,
      triggers_pending: 0,
    })
    expect((await daemon.ask('tasks', {})).tasks).toEqual([])
  })

  test('is the one that commands of the operator find inside of a run, however they name the configuration', async ({
    site,
    expect,
  }) => {
    const { daemon, chief } = await threeAtWork(site)
    const commands = [
      ['wake', 'chief'],
      ['run-once', 'chief'],
      ['pause'],
      ['resume'],
      ['cancel', 'chief'],
      ['restart'],
      ['stop'],
    ]
    const ended = commands.map(async (words) => {
      const { code, err } = await chief.marrow([...words, '-c', site.configPath])
      return [words[0], code, err.split('\n')[0]?.replace(/ \w+:/, ':')]
    })
    for (const [index, one] of (await Promise.all(ended)).entries())
      expect(one).toEqual([commands[index]?.[0], 1, 'Cannot do: only the operator may.'])
    expect(await daemon.ask('status', {})).toMatchObject({
      paused: null,
      stopping: false,
      runs_open: 1,
      children_open: 2,
    })

    await daemon.kill()
    const alone = await chief.marrow(['run-once', 'chief', '-c', site.configPath])
    expect([alone.code, alone.err]).toMatchObject([1, expect.stringContaining('nobody answers')])
    expect(site.rows('select id from ticks')).toHaveLength(1)
  })

  test('takes no request that says who asks in an odd way', async ({ site, expect }) => {
    const { chief } = await threeAtWork(site)
    const body = '{"role":"hand","task":"x"}'
    const own = `Authorization: Bearer ${chief.token}`
    const nobody = `Authorization: Bearer ${forged}`
    const length = `Content-Length: ${body.length}`
    const odd: readonly [string, readonly string[]][] = [
      ['two tokens, the right one first', [own, nobody]],
      ['two tokens, the right one last', [nobody, own]],
      ['one token twice', [own, own]],
      ['two tokens in one header', [`${own}, Bearer ${chief.token}`]],
      ['the scheme in small letters', [`authorization: bearer ${chief.token}`]],
      ['the scheme in capitals', [`Authorization: BEARER ${chief.token}`]],
      ['no scheme', [`Authorization: ${chief.token}`]],
      ['two spaces', [`Authorization: Bearer  ${chief.token}`]],
      ['basic', [`Authorization: Basic ${Buffer.from(`x:${chief.token}`).toString('base64')}`]],
      ['a name with a space', [`Authorization : Bearer ${chief.token}`]],
      ['a folded header', ['Authorization: Bearer', ` ${chief.token}`]],
      ['a zero byte', [`Authorization: Bearer ${chief.token}\0`]],
      [
        'another name',
        [`Proxy-Authorization: Bearer ${chief.token}`, `X-Authorization: Bearer ${chief.token}`],
      ],
      ['a cookie', [`Cookie: token=${chief.token}`]],
      ['a header without end', [`X-Long: ${'x'.repeat(1_048_576)}`, own]],
      ['two lengths', [own, 'Content-Length: 1', length]],
      ['a length and chunks', [own, 'Transfer-Encoding: chunked', length]],
    ]
    for (const [what, headers] of odd) {
      const [status, ...more] = await statusesOf(site, bytesOf('delegate', headers, body))
      expect([what, Math.floor((status ?? 400) / 100), more]).toEqual([what, 4, []])
    }
    const inAddress = Buffer.from(`GET /me?authorization=Bearer%20${chief.token} HTTP/1.1\r\n\r\n`)
    expect(await statusesOf(site, inAddress)).toEqual([401])
    const behind = Buffer.concat([bytesOf('health', [own]), bytesOf('delegate', [own], body)])
    expect(await statusesOf(site, behind)).toEqual([200])
    const smuggled = Buffer.concat([bytesOf('delegate', [nobody], body), bytesOf('delegate', [own], body)])
    expect(await statusesOf(site, smuggled)).toEqual([401])
    expect(site.rows('select run from delegations')).toHaveLength(2)
    expect((await statusesOf(site, bytesOf('delegate', [own], body)))[0]).toBe(200)
  })
})

describe('behind the wall', () => {
  test('a run finds its own token and the door of the agents, and nothing of other runs', async ({
    site,
    expect,
  }) => {
    await team(
      site,
      {
        'l1/chief': `marrow delegate hand --task Look. --wait > said; { cat said; echo $?; } | note got
          ls -A "$(dirname "$MARROW_TOKEN_FILE")" | note own
          ls -A "$(dirname "$(dirname "$MARROW_TOKEN_FILE")")" | note runs
          curl -s --unix-socket "$MARROW_SOCKET" -H "Authorization: Bearer $(cat "$MARROW_TOKEN_FILE")" -d '{"agent":"chief"}' http://marrow/wake | note wake
          marrow wake chief 2>&1 | note command
          hold end`,
        'l3/hand': `cat "$MARROW_TOKEN_FILE" | note child-token
          for folder in "$(dirname "$(dirname "$MARROW_TOKEN_FILE")")"/*; do cat "$folder/token"; done | note tokens
          find "$(dirname "$(dirname "$MARROW_SOCKET")")" -type s -printf '%f\\n' | note sockets
          marrow delegate hand --task More. 2>&1 | note refused
          echo looked`,
      },
      { top: { 'isolation.mode': "'required'" } },
    )
    const daemon = await site.start()
    const tokens = await noted(site, 'tokens')
    expect(tokens).toMatch(/^[\w-]{43}\n$/)
    expect(tokens).toBe(await noted(site, 'child-token'))
    expect(await noted(site, 'sockets')).toBe('agent.sock\n')
    expect(await noted(site, 'refused')).toMatch(/l3\/hand is a leaf/)
    expect(await noted(site, 'wake')).toContain('Cannot do wake: only the operator may.')
    expect(await noted(site, 'command')).toMatch(/^Cannot ask the daemon: this run sees no configuration\./)
    expect(await noted(site, 'got')).toBe('looked\n0\n')
    expect(await noted(site, 'own')).toBe('token\n')
    const chief = await tickRun(daemon)
    expect(await noted(site, 'runs')).toBe(`${chief}\n`)
    for (const { run } of await tree(daemon))
      expect((await daemon.ask('showRun', { id: run })).isolated_by).toBe('bubblewrap')
  })
})
