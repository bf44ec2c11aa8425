/** Owns where notices go, by the names that may be shown: an address may hold a token. */
import type { NotifyConfig } from '../config/config.ts'

/** One place where each notice goes. */
export type Destination =
  | { readonly name: 'command'; readonly words: readonly string[] }
  | { readonly name: 'webhook' | 'ntfy'; readonly url: string }
  | { readonly name: 'desktop' }

/** All that are configured. */
export function destinationsOf({ command, webhook, ntfy, desktop }: NotifyConfig): Destination[] {
  const all: (Destination | undefined)[] = [
    command.length === 0 ? undefined : { name: 'command', words: command },
    webhook === undefined ? undefined : { name: 'webhook', url: webhook },
    ntfy === undefined ? undefined : { name: 'ntfy', url: ntfy },
    desktop ? { name: 'desktop' } : undefined,
  ]
  return all.filter((one) => one !== undefined)
}

/** `the webhook`: how a destination stands in sentences. */
export function titleOf(name: string): string {
  return name === 'ntfy' ? name : `the ${name}`
}

/** What of the destinations may be a secret, by names that say so, as variables of an environment are told. */
export function valuesOf({ command, webhook, ntfy }: NotifyConfig): Readonly<Record<string, string>> {
  const words = command.slice(1).map((word, index): [string, string] => [`NOTIFY_WORD_${index}`, word])
  const urls = [webhook, ntfy].flatMap((url) => (url === undefined ? [] : partsOf(new URL(url))))
  return Object.fromEntries([
    ...words,
    ...urls.map(([name, value], index): [string, string] => [`NOTIFY_${index}_${name}`, value]),
  ])
}

function partsOf(url: URL): [name: string, value: string][] {
  const [user, password] = [url.username, url.password].map(decoded)
  return [
    ['TOKEN', url.href],
    ['PASSWORD', password ?? ''],
    ['PART', user ?? ''],
    // The name of a topic and the last part of a webhook are what opens them; words that people chose are not looked for.
    ...url.pathname.split('/').map((part): [string, string] => ['PART', decoded(part)]),
    ...url.searchParams,
  ]
}

/** As it was before it was written into an address. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // A lone % that its author did not mean as a code.
  }
}
