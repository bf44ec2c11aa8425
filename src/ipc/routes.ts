/**
 * Method and path of every verb, as plain data: the client and the quick commands need no schema to ask.
 * The tables in `protocol/` add parameters and results; server, OpenAPI and Handlers type come from those.
 */
export const routes = {
  health: { method: 'GET', path: '/health' },
  status: { method: 'GET', path: '/status' },
  report: { method: 'GET', path: '/report' },
  tasks: { method: 'GET', path: '/tasks' },
  addTask: { method: 'POST', path: '/tasks' },
  notifyTest: { method: 'POST', path: '/notify/test' },
  wake: { method: 'POST', path: '/wake' },
  wakeState: { method: 'GET', path: '/wake' },
  pause: { method: 'POST', path: '/pause' },
  resume: { method: 'POST', path: '/resume' },
  cancel: { method: 'POST', path: '/cancel' },
  stop: { method: 'POST', path: '/stop' },
  restart: { method: 'POST', path: '/restart' },
  clean: { method: 'POST', path: '/clean' },
  logLevel: { method: 'POST', path: '/log-level' },
  runOnce: { method: 'POST', path: '/run-once' },
  dryRun: { method: 'POST', path: '/dry-run' },
  runs: { method: 'GET', path: '/runs' },
  runsTree: { method: 'GET', path: '/runs/tree' },
  showRun: { method: 'GET', path: '/run' },
  readLog: { method: 'GET', path: '/log' },
  readSteps: { method: 'GET', path: '/steps' },
  journal: { method: 'GET', path: '/journal' },
  events: { method: 'GET', path: '/events' },
  metrics: { method: 'GET', path: '/metrics' },
  me: { method: 'GET', path: '/me' },
  delegate: { method: 'POST', path: '/delegate' },
  delegation: { method: 'GET', path: '/delegation' },
  delegations: { method: 'GET', path: '/delegations' },
  sendHandoff: { method: 'POST', path: '/handoffs' },
  handoffs: { method: 'GET', path: '/handoffs' },
  showHandoff: { method: 'GET', path: '/handoff' },
  mcp: { method: 'POST', path: '/mcp' },
  openapi: { method: 'GET', path: '/openapi.json' },
} as const

export type Verb = keyof typeof routes
