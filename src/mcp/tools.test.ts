import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import { sampleAgent, sampleEvent, sampleRun, sampleStatus } from '../../test/helpers/fake-daemon.ts'
import { sampleReport } from '../../test/helpers/sample-report.ts'
import { toolsOf, type Ask } from './tools.ts'

const now = Date.parse('2026-01-05T13:00:00Z')

const nobody: Ask<'operator'> = () => Promise.reject(new Error('nobody was to be asked'))

const nobodyHere: Ask<'agent'> = () => Promise.reject(new Error('nobody was to be asked'))

/** Answers every verb alike and remembers what it was asked. */
function answering(result: unknown) {
  const asked: { verb: string; params: unknown }[] = []
  const ask: Ask<'operator'> = async (verb, params) => {
    asked.push({ verb, params })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The test gives each verb an answer of its form.
    return result as never
  }
  return { asked, tools: toolsOf('operator', ask) }
}

test("the operator's tools are those verbs that say how they are offered", ({ expect }) => {
  const { list } = toolsOf('operator', nobody)
  expect(list.map(({ name }) => name)).toEqual([
    'status',
    'report',
    'events',
    'tasks',
    'add_task',
    'wake',
    'runs',
    'show_run',
    'send_handoff',
  ])
})

test('a run is offered nothing of the operator, and not what it may not ask', ({ expect }) => {
  const all = toolsOf('agent', nobodyHere)
  expect(all.list.map(({ name }) => name)).toEqual(['delegate', 'delegation', 'delegations', 'send_handoff'])
  const some = toolsOf('agent', nobodyHere, (verb) => verb !== 'delegate')
  expect(some.list.map(({ name }) => name)).toEqual(['delegation', 'delegations', 'send_handoff'])
})

test('what only looks is said to only look', ({ expect }) => {
  const { list } = toolsOf('operator', nobody)
  const looking = list.filter(({ annotations }) => annotations.readOnlyHint).map(({ name }) => name)
  expect(looking).toEqual(['status', 'report', 'events', 'tasks', 'runs', 'show_run'])
})

test('a call is checked as a request on the socket is, defaults filled in', async ({ expect }) => {
  const { asked, tools } = answering({ runs: [sampleRun()] })
  await tools.call('runs', { agent: 'scout' }, now)
  expect(asked).toEqual([{ verb: 'runs', params: { agent: 'scout', limit: 20 } }])
  await expect(tools.call('wake', { reason: 1 }, now)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringMatching(/agent is required; reason: /),
  })
})

test.for([
  ['wakee', {}, { code: 'NOT_FOUND', message: 'Cannot use the tool wakee: there is none of that name.' }],
  ['runs', { agents: 'scout' }, { code: 'BAD_REQUEST', fix: 'It takes: agent, limit, after.' }],
  ['status', { agent: 'scout' }, { code: 'BAD_REQUEST', fix: 'It takes none.' }],
  ['stop', {}, { code: 'NOT_FOUND' }],
] as const)('%s with %j is refused', async ([name, given, refusal], { expect }) => {
  await expect(toolsOf('operator', nobody).call(name, given, now)).rejects.toMatchObject(refusal)
})

test.for([
  [
    'status',
    {},
    sampleStatus({
      agents: { scout: sampleAgent({ triggers_pending: 1 }) },
      paused: { since: 1, reason: 'a move', by: 'operator' },
      limits: [{ limit: 'runs_per_day', scope: 'all', used: 9, of: 9, state: 'reached', until: 1 }],
    }),
    [
      /Everything is paused: a move\./,
      /Limit reached: 9 of 9 runs/,
      /- scout: quiet since 12:55.*; last: succeeded; next: \d\d:\d\d; 1 wake waiting/,
    ],
  ],
  [
    'runs',
    {},
    { runs: [sampleRun()] },
    [/^scout-20260105-125500-000-abcd, \d\d:\d\d, took 13s, succeeded, 5\.3k tokens, \$0\.0123$/],
  ],
  [
    'runs',
    {},
    { runs: [sampleRun({ tokens: null, about_tokens: 2_000, cost_usd: null })] },
    [/, succeeded, about 2k tokens$/],
  ],
  ['runs', {}, { runs: [] }, [/^No run is on record\.$/]],
  [
    'show_run',
    { id: 'scout' },
    sampleRun(),
    [/because of: schedule/, /which it changed/, /Its last words:\nFixed the failing test\.$/],
  ],
  ['report', {}, sampleReport(), [/^[A-Z]/, /\n[A-Z ]+\n- /]],
  ['tasks', {}, { tasks: [] }, [/^The queue is empty\.$/]],
  [
    'wake',
    { agent: 'scout' },
    { ok: true, agent: 'scout', next: 'scout starts now.' },
    [/^scout starts now\.$/],
  ],
  [
    'events',
    {},
    { events: [sampleEvent()], next_after: 17 },
    [/^\d\d:\d\d scout: stayed quiet/, /\(next_after: 17\)$/],
  ],
] as const)(
  'the answer of %s is a few lines, and whole beside them',
  async ([name, given, result, said], { expect }) => {
    const answer = await answering(result).tools.call(name, given, now)
    for (const pattern of said) expect(answer.text).toMatch(pattern)
    expect(answer.result).toEqual(result)
  },
)

test('what an agent wrote cannot move a cursor', async ({ expect }) => {
  const { tools } = answering(sampleRun({ result: 'done\u001b[2J\u0007' }))
  expect((await tools.call('show_run', { id: 'x' }, now)).text).toMatch(/done$/)
})

const page = join(import.meta.dirname, '..', '..', 'docs', 'mcp.md')
const marked = /<!-- tools -->[^]*<!-- \/tools -->/

// When it is not: npx vitest run src/mcp -u
test('docs/mcp.md lists the tools with their parameters', async ({ expect }) => {
  const text = await readFile(page, 'utf8')
  expect(text).toMatch(marked)
  const rows = toolsOf('operator', nobody).list.map(({ name, description, inputSchema }) => {
    const required: unknown = inputSchema['required']
    const names = Object.keys(inputSchema['properties'] ?? {}).map((key) =>
      Array.isArray(required) && required.includes(key) ? `\`${key}\`` : `\`${key}?\``,
    )
    return `| \`${name}\` | ${names.join(', ')} | ${description} |`
  })
  const table = ['| tool | parameters | |', '|---|---|---|', ...rows].join('\n')
  await expect(
    text.replace(marked, () => `<!-- tools -->\n\n${table}\n\n<!-- /tools -->`),
  ).toMatchFileSnapshot(page)
})
