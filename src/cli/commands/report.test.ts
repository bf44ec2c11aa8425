import { test } from '../../../test/helpers/marrow-program.ts'

test('a report is for people, as Markdown or as JSON, but not both', async ({ world, expect }) => {
  await using _ = await world.daemon()
  expect((await world.marrow('report')).out).toMatch(/^All well: 1 run, 1 commit, \$0\.0123\.\n/)
  expect((await world.marrow('report', '--markdown')).out).toMatch(/^\*\*All well: /)
  expect(JSON.parse((await world.marrow('report', '-o', 'json')).out)).toMatchObject({
    verdict: { well: true },
  })
  expect(await world.marrow('report', '--json', '--markdown')).toMatchObject({ code: 2, out: '' })
})

test('without a daemon the report says so first', async ({ world, expect }) => {
  const { code, out } = await world.marrow('report')
  expect({ code, line: out.split('\n')[0] }).toEqual({
    code: 0,
    line: 'No run was started: no daemon has ever run here. No daemon runs: 1 thing needs you.',
  })
})
