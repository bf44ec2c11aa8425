import { test } from 'vitest'
import { isForPrograms } from './reader.ts'

const service = { INVOCATION_ID: '0f' }

test.for([
  { about: 'a service of systemd', env: service, json: true },
  { about: 'a service whose log goes to the journal', env: { JOURNAL_STREAM: '8:1' }, json: true },
  { about: 'the very process that systemd started', env: { ...service, SYSTEMD_EXEC_PID: '7' }, json: true },
  { about: 'a job of launchd', env: { XPC_SERVICE_NAME: 'com.marrow.heart' }, json: true },
  { about: 'a terminal', env: service, isTerminal: true, json: false },
  { about: 'a pipe of a shell', env: {}, json: false },
  {
    about: 'a shell in a terminal program that systemd started',
    env: { ...service, SYSTEMD_EXEC_PID: '3' },
    json: false,
  },
  { about: 'a shell of macOS', env: { XPC_SERVICE_NAME: '0' }, json: false },
  {
    about: 'a shell in an application of macOS',
    env: { XPC_SERVICE_NAME: 'application.com.apple.Terminal.1' },
    json: false,
  },
])('$about gets JSON: $json', ({ env, isTerminal = false, json }, { expect }) => {
  expect(isForPrograms({ isTerminal, pid: 7, env })).toBe(json)
})
