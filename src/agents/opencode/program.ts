/** A word that names opencode itself, or its package behind npx. */
export const programPattern = /(?:^|\/)opencode(?:-ai)?(?:@[\w.-]+)?$/
