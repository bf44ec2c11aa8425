/**
 * The least that can answer `GET /status` and `POST /tasks`: node:http on a unix socket with marrow's own statements on a
 * store of its own, and the same file for a task. No schema, no routes, no view, no loop: `bare-server.ts STORE TASK_DIR
 * SOCKET`. Prints a line once it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { openDelegations } from '../../src/delegation/store.ts'
import { readAgents } from '../../src/heartbeat/store/agents.ts'
import { markSeen } from '../../src/heartbeat/store/seen.ts'
import { openTicks, tickHistory } from '../../src/heartbeat/store/ticks.ts'
import { insertTrigger, pendingWakes } from '../../src/heartbeat/store/triggers.ts'
import { spentBetween } from '../../src/limits/store.ts'
import { undelivered } from '../../src/notify/store.ts'
import { appendEvent, readEvents } from '../../src/observability/store.ts'
import { openDatabase } from '../../src/platform/sqlite.ts'
import { lastGuards, openRuns } from '../../src/runner/store.ts'
import { addTask } from '../../src/tasks/apply.ts'

const [store = '', taskDir = '', socket = ''] = process.argv.slice(2)
const db = openDatabase(store, { readOnly: false })

async function status(): Promise<unknown> {
  return db.read((tx) => {
    const agents = [...readAgents(tx)]
    return {
      agents,
      histories: agents.map(([name]) => tickHistory(tx, name)),
      runs: openRuns(tx),
      children: openDelegations(tx),
      guards: [
        ...lastGuards(
          tx,
          agents.map(([name]) => name),
        ),
      ],
      spent: [...spentBetween(tx, 0, Date.now())],
      undelivered: undelivered(tx),
      worktrees: tx.all('select * from worktrees where kept is not null'),
      ticks: openTicks(tx),
      triggers: [...pendingWakes(tx)],
      pause: tx.get("select value from meta where key = 'paused'"),
      events: readEvents(tx, EVENTS),
    }
  })
}

const EVENTS = {
  after: undefined,
  since: undefined,
  limit: 8,
  kinds: [],
  agent: undefined,
  run: undefined,
} as const

async function add(body: string): Promise<unknown> {
  const { title }: { title: string } = JSON.parse(body)
  const at = Date.now()
  const { file, path } = await addTask({ root: taskDir, path: taskDir }, { title }, at)
  await db.write((tx) => {
    markSeen(tx, path, 'seen', at)
    insertTrigger(tx, {
      agent: 'agent-1',
      cause: 'tasks',
      byAgent: false,
      wakes: true,
      path,
      reason: `new task ${path}`,
      prompt: null,
      at,
    })
    appendEvent(tx, at, 'task.added', {}, { file, title })
  })
  return { ok: true, file, path }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const value = request.method === 'GET' ? await status() : await add(await text(request))
  response
    .writeHead(200, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify(value))
}

const server = createServer((request, response) => void answer(request, response))
server.listen(socket, () => process.stdout.write('up\n'))
process.on('SIGTERM', () => process.exit(0))
