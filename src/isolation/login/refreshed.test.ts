import * as fc from 'fast-check'
import { describe, test } from 'vitest'
import { isObject, refreshedLogin } from './refreshed.ts'

const keys = ['access', 'refresh', 'expires', 'scopes']
const own = {
  provider: { type: 'oauth', access: 'a0', refresh: 'r0', expires: 1 },
  other: { type: 'api', key: 'k0' },
}

function after(theirs: unknown, before: unknown = own): unknown {
  const found = refreshedLogin(JSON.stringify(before), JSON.stringify(theirs), keys)
  return found && { login: JSON.parse(found.text), fresh: found.fresh, foreign: found.foreign }
}

describe('of a login that a run wrote', () => {
  test('what is deeper than anybody writes is no login', ({ expect }) => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    expect(isObject(deep)).toBe(false)
  })

  test('new tokens are taken over', ({ expect }) => {
    const theirs = { ...own, provider: { ...own.provider, access: 'a1', refresh: 'r1', expires: 2 } }
    expect(after(theirs)).toEqual({ login: theirs, fresh: true, foreign: false })
  })

  test.for<[string, unknown]>([
    [
      'an entry whose settings the CLI would obey',
      { ...own, 'https://x.example': { type: 'wellknown', key: 'K', token: 't' } },
    ],
    ['another key', { ...own, other: { type: 'api', key: 'k1' } }],
    ['another kind of entry', { ...own, provider: { ...own.provider, type: 'wellknown' } }],
    [
      'another server for the tokens',
      { ...own, provider: { ...own.provider, enterpriseUrl: 'https://x.example' } },
    ],
    ['an entry that is gone', { provider: own.provider }],
    ['a token that is gone', { ...own, provider: { type: 'oauth' } }],
    ['an empty token', { ...own, provider: { ...own.provider, access: '' } }],
    ['no token', { ...own, provider: { ...own.provider, access: null } }],
    ['a token that is an object', { ...own, provider: { ...own.provider, access: { toString: 'a1' } } }],
    ['a token that is a list', { ...own, provider: { ...own.provider, access: ['a1'] } }],
    ['a number that is a word', { ...own, provider: { ...own.provider, expires: '2' } }],
    ['an endless token', { ...own, provider: { ...own.provider, access: 'a'.repeat(65_537) } }],
    ['a token where the login has none', { ...own, other: { ...own.other, access: 'a1' } }],
    ['an entry that became a word', { ...own, provider: 'a1' }],
    ['nothing', {}],
  ])('%s is left out', ([, theirs], { expect }) => {
    expect(after(theirs)).toEqual({ login: own, fresh: false, foreign: true })
  })

  test('new tokens are taken over from beside what is left out', ({ expect }) => {
    const provider = { ...own.provider, access: 'a1' }
    const theirs = { provider: { ...provider, enterpriseUrl: 'x' }, 'https://x.example': {} }
    expect(after(theirs)).toEqual({ login: { ...own, provider }, fresh: true, foreign: true })
  })

  test('a refresh may tell more than there was, beside the tokens', ({ expect }) => {
    const theirs = { ...own, provider: { ...own.provider, scopes: ['a', 'b'] } }
    expect(after(theirs)).toEqual({ login: theirs, fresh: true, foreign: false })
    expect(after({ ...own, scopes: ['a'] })).toEqual({ login: own, fresh: false, foreign: true })
  })

  test('what was null may become a token', ({ expect }) => {
    expect(after({ access: 'a1' }, { access: null })).toEqual({
      login: { access: 'a1' },
      fresh: true,
      foreign: false,
    })
  })

  test.for(['', '{"provider": {"acc', 'null', '[]', '"x"', 'nonsense'])(
    '%j is no login',
    (theirs, { expect }) => {
      expect(refreshedLogin(JSON.stringify(own), theirs, keys)).toBeUndefined()
      expect(refreshedLogin(theirs, JSON.stringify(own), keys)).toBeUndefined()
    },
  )

  test('the same in another order and spelling is nothing new', ({ expect }) => {
    const theirs = { other: own.other, provider: own.provider }
    expect(after(theirs)).toEqual({ login: own, fresh: false, foreign: false })
  })

  test.for([undefined, 2, '\t'])('it is written like the operator writes it (%j)', (indent, { expect }) => {
    const fresh = { ...own, provider: { ...own.provider, access: 'a1' } }
    for (const end of ['', '\n']) {
      const found = refreshedLogin(JSON.stringify(own, null, indent) + end, JSON.stringify(fresh), keys)
      expect(found?.text).toBe(JSON.stringify(fresh, null, indent) + end)
    }
  })

  test('a name that means something else to JavaScript is a name', ({ expect }) => {
    const before = '{"__proto__":{"access":"a0"},"constructor":{"x":1}}'
    const found = refreshedLogin(before, '{"__proto__":{"access":"a1","polluted":1}}', keys)
    expect(found).toEqual({
      text: '{"__proto__":{"access":"a1"},"constructor":{"x":1}}',
      fresh: true,
      foreign: true,
    })
    expect(Object.prototype).not.toHaveProperty('polluted')
  })
})

describe('whatever a run writes', () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  const object = fc.dictionary(fc.oneof(fc.constantFrom(...keys, 'type', 'provider'), fc.string()), value)

  test('all that is no token stays as the operator has it', ({ expect }) => {
    fc.assert(
      fc.property(object, object, (before, theirs) => {
        const found = refreshedLogin(JSON.stringify(before), JSON.stringify(theirs), keys)
        expect(withoutTokens(JSON.parse(found?.text ?? ''))).toBe(
          withoutTokens(JSON.parse(JSON.stringify(before))),
        )
      }),
    )
  })

  test('taking it over twice changes nothing more', ({ expect }) => {
    fc.assert(
      fc.property(object, object, (before, theirs) => {
        const once = refreshedLogin(JSON.stringify(before), JSON.stringify(theirs), keys)?.text ?? ''
        expect(refreshedLogin(once, JSON.stringify(theirs), keys)).toMatchObject({ text: once, fresh: false })
      }),
    )
  })
})

function withoutTokens(login: unknown): string {
  return JSON.stringify(login, (key, part: unknown) => (keys.includes(key) ? undefined : part))
}
