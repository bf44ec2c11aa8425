import { describe, test } from 'vitest'
import { startWebServer, status } from '../../test/helpers/web-server.ts'
import { post } from './post.ts'

const never = new AbortController().signal

function postTo(url: string, deadlineMs = 5_000, signal = never) {
  return post({ url, headers: { title: 'held' }, body: 'Log in: é', deadlineMs, signal })
}

describe('post()', () => {
  test('sends the body with its headers and tells the status of the answer', async ({ expect }) => {
    await using server = await startWebServer()
    server.answer(status(202))
    expect(await postTo(`${server.url}/hook?x=1`)).toEqual({ kind: 'answered', status: 202 })
    expect(server.received).toMatchObject([
      { path: '/hook?x=1', headers: { title: 'held' }, body: 'Log in: é' },
    ])
  })

  test('follows nobody to another address', async ({ expect }) => {
    await using other = await startWebServer()
    await using server = await startWebServer()
    server.answer(status(307, { location: `${other.url}/elsewhere` }))
    expect(await postTo(server.url)).toEqual({ kind: 'answered', status: 307 })
    expect(other.received).toEqual([])
  })

  test('waits for an answer no longer than its deadline', async ({ expect }) => {
    await using server = await startWebServer()
    server.answer(() => {})
    expect(await postTo(server.url, 200)).toEqual({ kind: 'failed', reason: 'no answer within 200ms' })
  })

  test('does not read an answer without an end', async ({ expect }) => {
    await using server = await startWebServer()
    server.answer((response) => {
      response.writeHead(200)
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    })
    expect(await postTo(server.url)).toEqual({ kind: 'answered', status: 200 })
  })

  test('tells that the connection was cut, or that nobody listens', async ({ expect }) => {
    const server = await startWebServer()
    server.answer((response) => response.socket?.resetAndDestroy())
    expect(await postTo(server.url)).toEqual({ kind: 'failed', reason: 'the connection was cut' })
    await server[Symbol.asyncDispose]()
    expect(await postTo(server.url)).toEqual({ kind: 'failed', reason: 'nobody listens there' })
  })

  test('says nothing of the address when it fails', async ({ expect }) => {
    const failed = await postTo('http://no-such-machine.invalid/SECRET')
    expect(failed).toMatchObject({ kind: 'failed' })
    expect(JSON.stringify(failed)).not.toMatch(/SECRET|invalid/)
  })

  test('ends when nobody waits for it any more', async ({ expect }) => {
    await using server = await startWebServer()
    const abort = new AbortController()
    server.answer(() => abort.abort())
    expect(await postTo(server.url, 60_000, abort.signal)).toEqual({
      kind: 'failed',
      reason: 'it was interrupted',
    })
  })
})
