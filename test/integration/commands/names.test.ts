/** What a person is told who has mistyped the name of an agent or of a run. */
import { sh, test } from '../../helpers/spawned-daemon.ts'

test('a mistyped name comes with the one that was probably meant', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('true') }, 'night watch': { agent_command: sh('true') } })
  const daemon = await site.start()
  await site.marrow('run-once', 'scout')
  const id = (await daemon.ask('runs', { limit: 1 })).runs[0]?.id ?? ''
  const slip = `${id.slice(0, -2)}${id.at(-1)}${id.at(-2)}`
  const told: readonly (readonly [words: readonly string[], fix: string])[] = [
    [['wake', 'scuot'], 'Did you mean scout?'],
    [['pause', 'Night Wacth'], 'Did you mean night watch?'],
    [['run-once', 'scoutt'], 'Did you mean scout?'],
    [['show', 'scotu'], 'Did you mean scout?'],
    [['logs', id.at(-1) === id.at(-2) ? `${id}x` : slip], `Did you mean ${id}?`],
    [['cancel', 'nigth watch'], 'Did you mean night watch?'],
    [['events', '--kind', 'runn'], 'Did you mean run?'],
  ]
  for (const [words, fix] of told) {
    const { code, out, err } = await site.marrow(...words)
    expect({ words, code: code === 0, out }).toEqual({ words, code: false, out: '' })
    expect(err).toContain(fix)
  }
  expect((await site.marrow('wake', 'conductor')).err).not.toContain('Did you mean')
})
