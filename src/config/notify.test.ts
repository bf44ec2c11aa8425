import { describe, test } from 'vitest'
import { noNotices } from '../../test/helpers/agents.ts'
import { configText, readText } from '../../test/helpers/config-text.ts'

const topic = 'https://ntfy.sh/x9y8'
const env = { TOPIC: topic, TEAM: '/srv/team' }
const read = (lines: string) => readText(configText({ after: `[notify]\n${lines}` }), { env })

describe('[notify]', () => {
  test.for<[lines: string, expected: object]>([
    ['', {}],
    ['command = "mail -s \'from marrow\' ada"', { command: ['mail', '-s', 'from marrow', 'ada'] }],
    ['command = ["~/bin/tell", "{x}"]', { command: ['/home/ada/bin/tell', '{x}'] }],
    ['webhook = "https://ada:x@example.org/a?b=c"', { webhook: 'https://ada:x@example.org/a?b=c' }],
    ['ntfy = "http://localhost:8080/ours/topic"', { ntfy: 'http://localhost:8080/ours/topic' }],
    ['ntfy = "$TOPIC"\nwebhook = "${TOPIC}"', { ntfy: topic, webhook: topic }],
    ['desktop = true\ndigest_at = "08:00"', { desktop: true, digestAt: '08:00' }],
  ])('reads %j', ([lines, expected], { expect }) => {
    const { config, problems, warnings } = read(lines)
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] })
    expect(config?.notify).toEqual({ ...noNotices, ...expected })
  })

  test.for<[lines: string, problem: string]>([
    ['command = ""', 'notify.command: names no program.'],
    ['command = 3', 'notify.command: must be text or a list of texts.'],
    ['webhook = "hooks.example.org/SECRET"', 'notify.webhook: is no http or https address.'],
    ['webhook = "ftp://example.org/SECRET"', 'notify.webhook: is no http or https address.'],
    ['ntfy = ""', 'notify.ntfy: is no http or https address.'],
    ['ntfy = "$NO_TOPIC"', 'notify.ntfy: $NO_TOPIC is not set.'],
    ['webhook = "$TEAM"', 'notify.webhook: is no http or https address.'],
    ['ntfy = "https://ntfy.sh"', 'notify.ntfy: names no topic.'],
    ['desktop = "yes"', 'notify.desktop: must be true or false.'],
    ['digest_at = "8:00"', 'notify.digest_at: is no time of day.'],
    ['digest_at = "24:00"', 'notify.digest_at: is no time of day.'],
    ['email = "ada"', 'notify.email: unknown key.'],
  ])('refuses %j without quoting it', ([lines, problem], { expect }) => {
    expect(read(lines).problems).toEqual([problem])
  })

  test('tells of a report that would be sent nowhere', ({ expect }) => {
    expect(read('digest_at = "08:00"').warnings).toEqual([
      'notify.digest_at: has no effect without command, webhook, ntfy or desktop.',
    ])
  })
})
