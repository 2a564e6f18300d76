import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { renderChangelog } from './render-changelog.ts'

describe('renderChangelog()', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'voipbin-changelog-'))
    mkdirSync(join(root, 'changelog.d'))
  })
  afterEach(() => rmSync(root, { recursive: true }))
  const write = (name: string, text: string): void => writeFileSync(join(root, 'changelog.d', name), text)

  test('lists the fragments in the order of their names', () => {
    write('b.md', 'Queues ring two agents at once.\n')
    write('a.md', 'Tags can be renamed.\n')
    expect(renderChangelog(root)).toMatch(/\n- Tags can be renamed\.\n- Queues ring two agents at once\.\n$/)
  })

  test('refuses a fragment that is more than a sentence on a line', () => {
    write('a.md', 'One.\nTwo.\n')
    expect(() => renderChangelog(root)).toThrow('Cannot use "changelog.d/a.md"')
  })
})
