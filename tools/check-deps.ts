import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ICruiseResult } from 'dependency-cruiser'
import { cruise, extractTsConfig } from './dependency-cruiser.ts'
import { dependencyRules, packageLayers } from './dependency-rules.ts'
import { sourceFiles } from './source-files.ts'
import { createDeclarations } from './undeclared.ts'

/** Usage: node tools/check-deps.ts [ROOT]. Prints one line a violation; exit 1 if there is any. */

const folders = ['packages', 'services', 'apps', 'tools', 'e2e', 'bench']

async function readModules(root: string, roots: readonly string[]): Promise<ICruiseResult> {
  const tsConfig = extractTsConfig(join(root, 'tsconfig.json'))
  const { output } = await cruise(
    [...roots],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [...dependencyRules] },
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '^(packages|services|apps)/[^/]+/dist/' },
      tsPreCompilationDeps: true,
      enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
    },
    undefined,
    { tsConfig },
  )
  if (typeof output === 'string') throw new TypeError('Cannot read the module graph: dependency-cruiser answered with text')
  return output
}

function ruleViolations(result: ICruiseResult): readonly string[] {
  return result.summary.violations.map(({ rule, from, to, cycle }) => {
    const comment = dependencyRules.find(({ name }) => name === rule.name)?.comment
    const path = cycle ? cycle.map(({ name }) => name).join(' → ') : to
    return `${rule.name}: ${from} → ${path} (${comment})`
  })
}

function undeclared(root: string, result: ICruiseResult): readonly string[] {
  const isDeclared = createDeclarations(root)
  return result.modules
    .filter(({ source }) => folders.some((folder) => source.startsWith(`${folder}/`)))
    .flatMap(({ source, dependencies }) =>
      dependencies
        .filter(({ dependencyTypes, module }) => !dependencyTypes.includes('core') && !isDeclared(source, module))
        .map(({ module }) => `undeclared: ${source} → ${module} (not named in its package.json)`),
    )
}

const ownerOf = (path: string): string => /^(?:packages|services|apps)\/[^/]+|^[^/]+/.exec(path)?.[0] ?? ''

/** By its specifier, as dependency-cruiser calls some imports of a workspace by name "local". Apps declare no exports. */
function pastExports(result: ICruiseResult): readonly string[] {
  return result.modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(
        ({ module, resolved }) =>
          module.startsWith('.') && /^(packages|services)\//.test(resolved) && ownerOf(source) !== ownerOf(resolved),
      )
      .map(({ resolved }) => `past-exports: ${source} → ${resolved} (a path into another package passes its exports: import it by name)`),
  )
}

/** The guard against a green result that looked at nothing. */
function unread(root: string, roots: readonly string[], result: ICruiseResult): readonly string[] {
  const read = new Set(result.modules.map(({ source }) => source))
  return sourceFiles(root, roots)
    .filter((file) => !read.has(file))
    .map((file) => `unread: ${file} (dependency-cruiser did not read it, so nothing here is checked)`)
}

function strangers(root: string): readonly string[] {
  return readdirSync(join(root, 'packages'))
    .filter((name) => !(name in packageLayers))
    .map((name) => `unknown-package: packages/${name} (give it its layer in tools/dependency-rules.ts)`)
}

const root = resolve(process.argv[2] ?? '.')
const roots = folders.filter((folder) => existsSync(join(root, folder)))
const result = await readModules(root, roots)
const found = new Set([
  ...ruleViolations(result),
  ...undeclared(root, result),
  ...pastExports(result),
  ...unread(root, roots, result),
  ...strangers(root),
])
for (const line of [...found].sort()) console.error(line)
const count = sourceFiles(root, roots).length
if (count === 0) console.error('Cannot check dependencies: there is no TypeScript file')
if (found.size > 0 || count === 0) process.exit(1)
console.log(`dependencies: ${count} files read, no violation`)
