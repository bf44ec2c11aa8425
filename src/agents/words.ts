/** Owns what a word of any language is, for comparing long texts: found without making one string more than needed. */

/** A word without what quotes it. */
export interface Word {
  readonly from: number
  readonly to: number
  /** Equal for equal words, and nearly always another for others. */
  readonly hash: number
  /** 2; a character of a script that puts no spaces between words counts as half a word. */
  readonly weight: 1 | 2
}

/** The words of a text in their order: between blank space and double quotes, from their first letter or digit to the last. */
export function* wordsOf(text: string): Generator<Word> {
  const kinds = (known ??= kindsOfAll())
  let from = -1
  let to = 0
  let hash = 0
  let whole = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const kind = kinds[code]
    if (kind === LETTER || (kind === MARK && from >= 0)) {
      if (from < 0) [from, hash] = [at, 0]
      hash = Math.imul(hash ^ code, HASH_PRIME) | 0
      if (kind === LETTER) [to, whole] = [at + 1, hash]
    }
    if (from >= 0 && (kind === BLANK || kind === ALONE)) {
      yield { from, to, hash: whole, weight: 2 }
      from = -1
    }
    if (kind === ALONE) yield { from: at, to: at + 1, hash: code, weight: 1 }
  }
  if (from >= 0) yield { from, to, hash: whole, weight: 2 }
}

const HASH_PRIME = 16_777_619
const [BLANK, MARK, LETTER, ALONE] = [0, 1, 2, 3]

const alone =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

let known: Uint8Array | undefined // 64 KiB, made when it is first needed.

function kindsOfAll(): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, code) => kindOf(code))
}

function kindOf(code: number): number {
  const character = String.fromCharCode(code)
  if (/[\s"]/u.test(character)) return BLANK
  if (alone.test(character)) return ALONE
  // A half of a pair is a letter: most characters beyond the first plane are.
  return /[\p{L}\p{N}\p{M}]/u.test(character) || /[\ud800-\udfff]/.test(character) ? LETTER : MARK
}
