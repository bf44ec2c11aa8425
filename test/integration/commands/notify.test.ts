import { sh, test } from '../../helpers/spawned-daemon.ts'
import { startWebServer, status } from '../../helpers/web-server.ts'

const agents = { scout: { agent_command: sh('true') } }

test('notify test says what became of the notice at each destination, with and without a daemon', async ({
  site,
  expect,
}) => {
  await using server = await startWebServer()
  await using broken = await startWebServer()
  broken.answer(status(404))
  const login = server.url.replace('//', '//ada:hunter7@')
  await site.write(agents, {
    'notify.webhook': `'${broken.url}/hook/x9y8z7w6v5'`,
    'notify.ntfy': `'${login}/our-topic-4711'`,
    'notify.command': "['sh', '-c', 'cat >> told']",
  })
  const answer = {
    code: 1,
    out: '✓ the command took it\n✖ the webhook did not: HTTP 404\n  Fix: Correct the address.\n✓ ntfy took it\n',
    err: '',
  }
  expect(await site.marrow('notify', 'test')).toEqual(answer)
  await site.start()
  expect(await site.marrow('notify', 'test')).toEqual(answer)
  expect(server.received).toHaveLength(2)
  expect(server.received[0]).toMatchObject({
    path: '/our-topic-4711',
    headers: { title: 'marrow: a test notice' },
  })
  const said = [
    JSON.stringify(site.log()),
    ...(await Promise.all(
      ['status', 'events', 'doctor', 'validate'].map(async (command) => {
        const { out, err } = await site.marrow(command, '--json')
        return out + err
      }),
    )),
  ].join('\n')
  expect(said).not.toMatch(/x9y8z7w6v5|hunter7|our-topic-4711/)
})

test('notify test ends with 0 when all took it', async ({ site, expect }) => {
  await using server = await startWebServer()
  await site.write(agents, { 'notify.webhook': `'${server.url}'` })
  const { code, out } = await site.marrow('notify', 'test', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({
    ok: true,
    destinations: [{ to: 'the webhook', ok: true, reason: null, fix: null }],
  })
})

test('notify test without a destination says how to configure one, and ends with 2', async ({
  site,
  expect,
}) => {
  await site.write(agents)
  const alone = await site.marrow('notify', 'test')
  expect(alone).toMatchObject({ code: 2, out: '' })
  expect(alone.err).toBe(
    `Cannot send a test notice: [notify] names no destination.\nFix: Write into ${site.configPath}, for example:\n[notify]\nntfy = "https://ntfy.sh/a-name-that-nobody-guesses"\n`,
  )
  await site.start()
  expect(await site.marrow('notify', 'test')).toEqual(alone)
})
