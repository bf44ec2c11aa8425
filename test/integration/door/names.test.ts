/** What one body of a MiB can ask for is no more than what the agents are. */
import { sh, test } from '../../helpers/daemon.ts'

test('an agent that is named a hundred thousand times is asked once', async ({ home, expect }) => {
  await home.write({ 'the scout': { agent_command: sh('true') } })
  const daemon = await home.start()
  await daemon.ended(1)
  const agents = Array.from({ length: 100_000 }, (_, index) => (index % 2 === 0 ? 'the scout' : 'the-scout'))
  expect((await daemon.handlers.dryRun({ agents })).agents.map(({ agent }) => agent)).toEqual(['the scout'])
  expect((await daemon.handlers.runOnce({ agents })).ticks).toMatchObject([{ tick: 'the scout#2', ok: true }])
})
