import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const head = `# Changelog

Made from \`changelog.d\`, one sentence a file, by \`npm run generate\`.

## 0.1.0 (unreleased)
`

/**
 * One fragment a change keeps two branches from editing the same line.
 * @throws {Error} when a fragment is not one sentence on one line
 */
export function renderChangelog(root: string): string {
  const folder = join(root, 'changelog.d')
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'))
  const lines = files.sort().map((name) => `- ${sentence(name, readFileSync(join(folder, name), 'utf8'))}`)
  return `${head}\n${lines.join('\n')}\n`
}

function sentence(name: string, text: string): string {
  const line = text.trim()
  if (line === '' || line.includes('\n') || !line.endsWith('.')) {
    throw new Error(`Cannot use "changelog.d/${name}": a fragment is one sentence on one line, ending in a full stop`)
  }
  return line
}
