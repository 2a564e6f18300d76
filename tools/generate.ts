import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { generators } from './generators.ts'

/** Usage: node tools/generate.ts [--check]. Writes the generated files, or exits 1 naming those that are out of date. */

const isCheck = process.argv.includes('--check')
const root = resolve('.')
let outdated = 0

for (const { file, render } of generators) {
  const path = resolve(root, file)
  const text = await render(root)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  outdated += 1
  if (isCheck) console.error(`${file} is out of date: npm run generate`)
  else writeFileSync(path, text)
}

if (isCheck && outdated > 0) process.exit(1)
console.log(isCheck ? `generated files: ${generators.length} up to date` : `generated files: ${outdated} of ${generators.length} written`)
