/** The run behind a request at the agents' door, as marrow has it on record: nothing here is what the run says of itself. */
export interface Holder {
  readonly run: string
  /** The agent that is accountable for it, whether it is the agent's own run or one far below it. */
  readonly agent: string
  /** The id of its role; undefined: it has none. */
  readonly role: string | undefined
  /** Run ids from the first of the chain to the parent; its length is the delegation depth. */
  readonly lineage: readonly string[]
}
