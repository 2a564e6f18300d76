/**
 * The words of the example service, in every form in which they occur. A letter on the wrong side means another word: "stage", "Tagged".
 * `listTags`, `tag_tags` and `'@voipbin/tag'` do count.
 */
const forms: readonly (readonly [pattern: RegExp, word: (words: Words) => string])[] = [
  [/(?<![a-z])tags(?![a-z])/g, ({ plural }) => plural],
  [/(?<![a-z])tag(?![a-z])/g, ({ name }) => name],
  [/Tags(?![a-z])/g, ({ plural }) => capital(plural)],
  [/Tag(?![a-z])/g, ({ name }) => capital(name)],
]

export type Words = { readonly name: string; readonly plural: string }

/** @throws {RangeError} when the name cannot be a folder, a package, a table prefix and an identifier at once */
export function wordsOf(name: string): Words {
  if (!/^[a-z][a-z0-9]{1,30}$/.test(name)) {
    throw new RangeError(`Cannot name a service "${name}": one word of lower-case letters and digits, in the singular, is needed`)
  }
  if (name.endsWith('s')) throw new RangeError(`Cannot name a service "${name}": give the singular`)
  if (/[^aeiou]y$/.test(name)) return { name, plural: `${name.slice(0, -1)}ies` }
  return { name, plural: /(x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s` }
}

/** Text or path of the example in the words of the new service. */
export function rename(text: string, words: Words): string {
  return forms.reduce((renamed, [pattern, word]) => renamed.replace(pattern, word(words)), text)
}

/** Whether the example already means something else by one of the words, as by `query` or `name`. */
export function isTaken(text: string, { name, plural }: Words): boolean {
  return new RegExp(`\\b(${name}|${plural}|${capital(name)}|${capital(plural)})\\b`).test(text)
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
