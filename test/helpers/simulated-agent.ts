/** The simulated agent as a program of its own: `node test/helpers/simulated-agent.ts WORDS…`, from source. */
import { runSimulatedAgent } from '../../src/sim/run.ts'

process.exitCode = await runSimulatedAgent(process.argv.slice(2), process.env)
