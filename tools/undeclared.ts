import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { testFile } from './dependency-rules.ts'

type Manifest = {
  readonly name?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}
type Declared = { readonly always: ReadonlySet<string>; readonly inTests: ReadonlySet<string> }

const isTest = new RegExp(testFile)

/**
 * Finds imports that the importer's own package.json does not name; they work only as long as npm happens to hoist them.
 * Tests may use the root's development dependencies; tools, e2e and bench belong to the root and may use every workspace.
 */
export function createDeclarations(root: string): (file: string, specifier: string) => boolean {
  const cache = new Map<string, Declared>()
  const ofRoot = declaredIn(root, '')

  return (file, specifier) => {
    const name = packageName(specifier)
    if (name === undefined) return true
    const folder = manifestFolder(root, file)
    if (folder === '') return ofRoot.inTests.has(name) || name.startsWith('@voipbin/')
    let declared = cache.get(folder)
    if (declared === undefined) {
      declared = declaredIn(root, folder)
      cache.set(folder, declared)
    }
    if (declared.always.has(name)) return true
    return isTest.test(file) && (declared.inTests.has(name) || ofRoot.inTests.has(name))
  }
}

function declaredIn(root: string, folder: string): Declared {
  const manifest: Manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const always = new Set([manifest.name ?? '', ...Object.keys(manifest.dependencies ?? {})])
  return { always, inTests: new Set([...always, ...Object.keys(manifest.devDependencies ?? {})]) }
}

/** Undefined for relative paths and for what Node brings along. */
function packageName(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function manifestFolder(root: string, file: string): string {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (existsSync(join(root, folder, 'package.json'))) return folder
  }
  return ''
}
