import { test } from 'vitest'
import { noNotices } from '../../test/helpers/agents.ts'
import { secretValues } from '../agents/secrets.ts'
import { destinationsOf, titleOf, valuesOf } from './destinations.ts'

test('nobody is told where nothing is configured', ({ expect }) => {
  expect(destinationsOf(noNotices)).toEqual([])
})

test('each way that is configured is a destination, with a name that says nothing of its address', ({
  expect,
}) => {
  const all = destinationsOf({
    ...noNotices,
    command: ['mail', 'ada'],
    webhook: 'https://example.org/secret',
    ntfy: 'https://ntfy.sh/secret',
    desktop: true,
  })
  expect(all.map(({ name }) => titleOf(name))).toEqual(['the command', 'the webhook', 'ntfy', 'the desktop'])
})

test('what opens an address is a secret, a word that people chose is not', ({ expect }) => {
  const values = valuesOf({
    ...noNotices,
    command: ['/usr/bin/tell', '--to', 'bot71:AAFq-x9', '/home/ada/notes'],
    webhook: 'https://ada:hunter@hooks.example.org/services/T0AB1CD2E/x9y8z7w6v5?token=letters&thread=main',
    ntfy: 'https://ntfy.sh/marrow-alerts',
  })
  expect(secretValues([values]).toSorted()).toEqual(
    [
      'bot71:AAFq-x9',
      'hunter',
      'T0AB1CD2E',
      'x9y8z7w6v5',
      'letters',
      'https://ada:hunter@hooks.example.org/services/T0AB1CD2E/x9y8z7w6v5?token=letters&thread=main',
      'https://ntfy.sh/marrow-alerts',
    ].toSorted(),
  )
})
