/** Owns the answers that doctor asks for once, however many agents need them. */

/** The answer to this question: the one that somebody else waits for or has already, or a new one. */
export type Shared = <T>(question: readonly unknown[], ask: () => Promise<T>) => Promise<T>

/** For one look: afterwards everything may have changed. */
export function newShared(): Shared {
  const answers = new Map<string, Promise<unknown>>()
  return <T>(question: readonly unknown[], ask: () => Promise<T>) => {
    const key = JSON.stringify(question)
    const known = answers.get(key)
    const answer = known ?? ask()
    answers.set(key, answer)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The same question has the same kind of answer.
    return answer as Promise<T>
  }
}

/** What of a run's environment can change what another program answers: marrow's own variables differ with each agent. */
export function withoutOwn(env: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(env)
    .filter(([name]) => !name.startsWith('MARROW_'))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
}
