import { test } from 'vitest'
import { catalogueWith, customRole, linkedRole } from '../../test/helpers/roles.ts'
import { baseOf, variantsOf } from './variants.ts'

const catalogue = catalogueWith(
  linkedRole('l2/lead'),
  linkedRole('l3/coder'),
  customRole('custom-b', 'l3/coder'),
  customRole('custom-a', 'l3/coder'),
  customRole('custom-lost', 'nobody'),
  customRole('custom-second', 'custom-a'),
)

test('a custom role counts as its base, which is never a custom one', ({ expect }) => {
  const bases = [...catalogue.roles.values()].map((role) => [role.id, baseOf(catalogue, role)?.id])
  expect(Object.fromEntries(bases)).toEqual({
    'custom-a': 'l3/coder',
    'custom-b': 'l3/coder',
    'custom-lost': undefined,
    'custom-second': undefined,
    'l2/lead': 'l2/lead',
    'l3/coder': 'l3/coder',
  })
})

test('the variants of a role are those whose base it is', ({ expect }) => {
  expect(variantsOf(catalogue, 'l3/coder')).toEqual(['custom-a', 'custom-b'])
  expect(variantsOf(catalogue, 'l2/lead')).toEqual([])
  expect(variantsOf(catalogue, 'custom-a')).toEqual([])
})
