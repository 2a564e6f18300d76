import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CopiedTree, copyTree } from './copied-tree.ts'

type Block = { readonly kind: string; readonly path: string; readonly text: string }

/** The page's fenced blocks: `sh` is run, `ts PATH` is written; anything else is for people. */
function blocksOf(page: string): Block[] {
  const fences = page.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)
  return [...fences].map(([, kind = '', path = '', text = '']) => ({ kind, path, text }))
}

/** How each command of the page is run in the copy, which has no `npm install` of its own. */
function commandOf(line: string): string[] {
  const [program, ...rest] = line.split(' ')
  if (line.startsWith('npm run new:service')) return ['tools/new-service.ts', ...rest.slice(2), '--no-install']
  if (line === 'npm run check:types') return ['node_modules/typescript/bin/tsc', '-p', '.', '--singleThreaded']
  if (program === 'npx' && rest[0] === 'vitest') return ['node_modules/vitest/vitest.mjs', ...rest.slice(1)]
  throw new Error(`The page has a command that nobody runs: ${line}`)
}

describe('docs/add-a-service.md', { timeout: 180_000 }, () => {
  let tree: CopiedTree
  beforeAll(() => {
    tree = copyTree()
  }, 120_000)
  afterAll(() => tree.remove())

  test('works word by word', async () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/add-a-service.md'), 'utf8')
    const blocks = blocksOf(page).filter(({ kind }) => kind !== '')
    expect(blocks.length).toBeGreaterThan(8)
    for (const { kind, path, text } of blocks) {
      if (kind === 'ts') {
        mkdirSync(dirname(join(tree.root, path)), { recursive: true })
        writeFileSync(join(tree.root, path), text)
        continue
      }
      for (const line of text.trim().split('\n')) {
        expect(await tree.node(...commandOf(line)), line).toMatchObject({ code: 0 })
        if (line.includes('new:service')) tree.linkWorkspace('services/note')
      }
    }
  })
})
