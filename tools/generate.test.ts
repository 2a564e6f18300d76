import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type PlantedTree, plantTree } from './planted-tree.ts'

describe('generate', () => {
  let tree: PlantedTree
  beforeEach(() => {
    tree = plantTree()
    tree.write('tools/generators.ts', "export const generators = [{ file: 'made.md', render: async () => 'new text\\n' }]\n")
  })
  afterEach(() => tree.remove())
  const generate = (...args: readonly string[]) => tree.run(process.execPath, ['tools/generate.ts', ...args])

  test('--check fails when a generated file is stale or missing, and writes nothing', async () => {
    expect(await generate('--check')).toMatchObject({ code: 1, text: expect.stringContaining('made.md is out of date') })
    tree.write('made.md', 'old text\n')
    expect(await generate('--check')).toMatchObject({ code: 1 })
    expect(readFileSync(join(tree.root, 'made.md'), 'utf8')).toBe('old text\n')
  })

  test('writes what is stale, after which --check passes', async () => {
    expect(await generate()).toMatchObject({ code: 0, text: expect.stringContaining('1 of 1 written') })
    expect(await generate('--check')).toMatchObject({ code: 0 })
  })
})
