// Owns the two streams of the simulated agent: written in order, no faster than they are read.
/** Where the simulated agent prints. */
export interface Output {
  readonly stdout: (text: string) => Promise<void>
  readonly stderr: (text: string) => Promise<void>
}

/** The streams of this process. A reader that went away is no error: a real agent CLI works on too. */
export function openOutput(): Output {
  return { stdout: writerOf(process.stdout), stderr: writerOf(process.stderr) }
}

function writerOf(stream: NodeJS.WriteStream): (text: string) => Promise<void> {
  stream.on('error', () => {})
  return (text) => new Promise((resolve) => void stream.write(text, () => resolve()))
}
