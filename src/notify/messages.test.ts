import * as fc from 'fast-check'
import { test } from 'vitest'
import { desktopWords, ntfyPost, stdinOf, webhookPost, type Message } from './messages.ts'

const message: Message = {
  kind: 'agent.held',
  at: Date.parse('2026-01-05T12:00:00Z'),
  title: 'scout: held',
  text: '12:00 scout: held\nLog in.',
  agents: ['scout'],
  count: 1,
}

/** What ntfy makes of a header: encoded words become text, what stands between them goes. */
function decodedHeader(header: string): string {
  return header
    .split(' ')
    .map((word) => /^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1])
    .map((base64) => Buffer.from(base64 ?? '', 'base64').toString('utf8'))
    .join('')
}

test('a program gets the title, an empty line and the text', ({ expect }) => {
  expect(stdinOf(message)).toBe('scout: held\n\n12:00 scout: held\nLog in.\n')
})

test('a webhook gets all of it as JSON', ({ expect }) => {
  const { url, headers, body } = webhookPost('https://example.org/hook', message)
  expect({ url, headers }).toEqual({
    url: 'https://example.org/hook',
    headers: { 'content-type': 'application/json' },
  })
  expect(JSON.parse(body)).toEqual({ ...message, at: '2026-01-05T12:00:00.000Z' })
})

test.for([
  ['https://ada:s%40cret@example.org/x', 'ada:s@cret'],
  ['https://:tk_abc@example.org/x', ':tk_abc'],
  ['https://ada:100%@example.org/x', 'ada:100%'],
])('a user and a password in %s become a header', ([url = '', login = ''], { expect }) => {
  for (const post of [webhookPost(url, message), ntfyPost(url, message)]) {
    expect(post.url).toBe('https://example.org/x')
    expect(post.headers['authorization']).toBe(`Basic ${Buffer.from(login).toString('base64')}`)
  }
})

test('ntfy gets the text as it is and a plain title as a header', ({ expect }) => {
  expect(ntfyPost('https://ntfy.sh/topic', message)).toMatchObject({
    headers: { title: 'scout: held' },
    body: message.text,
  })
})

test('a title in any script goes to ntfy as encoded words of at most 75 characters', ({ expect }) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), (text) => {
      const title = `é${text.replace(/\s+/g, ' ')}`.trim()
      const header = ntfyPost('https://ntfy.sh/t', { ...message, title }).headers['title'] ?? ''
      expect(header).toMatch(/^[\u0021-\u007e]+(?: [\u0021-\u007e]+)*$/)
      for (const word of header.split(' ')) expect(word.length).toBeLessThanOrEqual(75)
      expect(decodedHeader(header)).toBe(title.toWellFormed())
    }),
  )
})

test('a title cannot add a header', ({ expect }) => {
  const { headers } = ntfyPost('https://ntfy.sh/t', { ...message, title: 'a\r\nActions: x' })
  expect(headers['title']).toBe('a Actions: x')
})

test('a text that ntfy would make an attachment of is cut between two characters', ({ expect }) => {
  for (const length of [3_994, 3_995, 3_996, 3_997]) {
    const { body } = ntfyPost('https://ntfy.sh/t', {
      ...message,
      text: `${'x'.repeat(length)}${'é'.repeat(9)}`,
    })
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_000)
    expect(body).toMatch(/^x+é*…$/)
  }
})

test('on a desktop a text of an agent is neither markup nor a script', ({ expect }) => {
  const hostile = { ...message, text: '<a href="x">&" & do shell script "x' }
  expect(desktopWords(hostile, 'linux')).toEqual([
    'notify-send',
    '--app-name=marrow',
    '--',
    'scout: held',
    '&lt;a href="x"&gt;&amp;" &amp; do shell script "x',
  ])
  const words = desktopWords(hostile, 'darwin')
  expect(words.slice(-2)).toEqual(['scout: held', hostile.text])
  expect(words.slice(0, -2).join(' ')).not.toContain('shell')
})
