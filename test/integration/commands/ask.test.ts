import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../helpers/eventually.ts'
import { startProgram, type Started } from '../../helpers/programs.ts'
import { marrowProgram, sh, test, type Site } from '../../helpers/spawned-daemon.ts'

/** Answers with the last word of its prompt, once a file says so if that is asked for. */
const answering = {
  prompt_via: "'stdin'",
  agent_command: sh(
    'question=$(grep -o "word: [a-z]*" | tail -n 1); case $question in *slow) while [ -d "$MARROW_WORKSPACE" ] && [ ! -e "$MARROW_WORKSPACE/go" ]; do sleep 0.05; done ;; *wrong) exit 3 ;; esac; echo "You said ${question#word: }."',
  ),
}

function asking(site: Site, ...words: string[]): Started {
  return startProgram(marrowProgram, ['ask', ...words, '-c', site.configPath])
}

function said(program: Started, text: string): Promise<true> {
  return eventually(text, () => (program.err().includes(text) ? true : undefined))
}

/** The first tick is over: what is asked from now on is not merged into it. */
function rested(site: Site): Promise<true> {
  return eventually('the first run', () =>
    site.rows("select id from runs where state = 'ended'").length > 0 ? true : undefined,
  )
}

test('a question is answered with the last words of its run, and with nothing else on stdout', async ({
  site,
  expect,
}) => {
  await site.write({ scout: answering })
  await site.start()
  await rested(site)
  const program = asking(site, 'scout', 'Say', 'the', 'word:', 'roof')
  expect(await program.ended).toBe(0)
  expect(program.out()).toBe('You said roof.\n')
  expect(program.err()).toContain('scout starts now.\n')
  const answer = await site.marrow('ask', 'scout', 'word: door', '-o', 'json')
  expect(JSON.parse(answer.out)).toEqual({
    agent: 'scout',
    wake: expect.any(Number),
    run: expect.stringMatching(/^scout-/),
    ok: true,
    again: false,
    outcome: 'succeeded',
    answer: 'You said door.',
  })
})

test('a question waits over a restart of the daemon', async ({ site, expect }) => {
  await site.write({ scout: answering })
  const first = await site.start()
  await rested(site)
  const program = asking(site, 'scout', 'word: slow')
  await said(program, 'scout is at work on it. Read along with: marrow logs scout-')
  first.signal('SIGUSR1')
  await first.ended
  await site.start()
  await writeFile(join(site.workspace, 'go'), '')
  expect(await program.ended).toBe(0)
  expect(program.out()).toBe('You said slow.\n')
})

test('a run that fails is no answer, and that its question comes again is said', async ({ site, expect }) => {
  await site.write({ scout: answering })
  await site.start()
  await rested(site)
  const program = asking(site, 'scout', 'word: wrong')
  expect(await program.ended).toBe(1)
  expect(program.out()).toBe('')
  expect(program.err()).toMatch(
    /scout did not answer: failed: exited with code 3\. It comes again in \S+, or with its next tick\.\nWhat it said and did: marrow logs scout-/,
  )
})

test('an agent that is paused gets its question later; how to lift that is said at once', async ({
  site,
  expect,
}) => {
  await site.write({ scout: answering })
  await site.start()
  await rested(site)
  await site.marrow('pause', 'scout')
  const program = asking(site, 'scout', 'word: roof')
  await said(program, 'scout is paused: it is delivered after: marrow resume scout\n')
  const hasty = await site.marrow('ask', 'scout', 'word: door', '--timeout', '100ms')
  expect(hasty).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('No answer within 100ms. The wake stands'),
  })
  await site.marrow('resume', 'scout')
  expect(await program.ended).toBe(0)
  expect(program.out()).toMatch(/^You said (?:roof|door)\.\n$/)
})

test('Ctrl-C ends the waiting, and the agent gets the question all the same', async ({ site, expect }) => {
  await site.write({ scout: answering })
  await site.start()
  await rested(site)
  await site.marrow('pause', 'scout')
  const program = asking(site, 'scout', 'word: roof')
  await said(program, 'scout is paused')
  program.signal('SIGINT')
  expect(await program.ended).toBe(130)
  expect(program.err()).toContain('The wake stands: scout gets it all the same.')
  await site.marrow('resume', 'scout')
  await eventually('the answer', async () =>
    (await site.marrow('logs', 'scout')).out.includes('You said roof.') ? true : undefined,
  )
})

test('nobody is asked with nothing, or for an unknown time', async ({ site, expect }) => {
  await site.write({ scout: answering })
  await site.start()
  for (const words of [
    ['scout', ' '],
    ['scout', 'word: roof', '--timeout', 'soon'],
  ])
    expect(await site.marrow('ask', ...words)).toMatchObject({ code: 2, out: '' })
  expect(await site.marrow('ask', 'scuot', 'word: roof')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Did you mean scout?'),
  })
})
