/** A process that loads what the daemon loads, listens, and does nothing: `libraries.ts SOCKET`. Prints a line once it is up. */
import { DatabaseSync } from 'node:sqlite'
import { watch } from 'chokidar'
import { Command } from 'commander'
import { CronExpressionParser } from 'cron-parser'
import { execa } from 'execa'
import { fastify } from 'fastify'
import { pino } from 'pino'
import { split } from 'shlex'
import { parse } from 'smol-toml'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'

// Each is used once: what is only imported, Node may leave half loaded.
z.object({ a: z.string() }).parse(parse('a = "b"'))
CronExpressionParser.parse('0 9 * * *').next()
await execa('true')
new DatabaseSync(':memory:').exec('create table a (b)')
watch([], { ignoreInitial: true })
pino({ level: 'silent' }).info('up')
const used = [split('a b'), writeFileAtomic, new Command('marrow')]
const server = fastify()
server.get('/', () => used.length)
await server.listen({ path: process.argv[2] ?? '' })
process.on('SIGTERM', () => process.exit(0))
process.stdout.write('up\n')
