import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type Ran = { readonly code: number; readonly text: string }

export type CopiedTree = {
  readonly root: string
  /** Runs Node there. */
  node(...args: readonly string[]): Promise<Ran>
  /** Makes a new workspace known, as `npm install` would. */
  linkWorkspace(path: string): void
  remove(): void
}

const checkout = join(import.meta.dirname, '..')
const rootFiles = ['package.json', 'tsconfig.json', 'biome.json', '.gitignore', 'vitest.config.ts']
const folders = ['packages', 'services', 'apps', 'tools', 'e2e', 'bench']

/** The whole tree, with links to the installed packages, and links of its own to its workspaces, as `npm install` would make. */
export function copyTree(): CopiedTree {
  const root = mkdtempSync(join(tmpdir(), 'voipbin-copy-'))
  for (const name of rootFiles) cpSync(join(checkout, name), join(root, name))
  for (const name of folders.filter((folder) => existsSync(join(checkout, folder)))) {
    cpSync(join(checkout, name), join(root, name), { recursive: true, filter: (path) => !path.includes('node_modules') })
  }
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (name !== '@voipbin') link(join(checkout, 'node_modules', name), join(root, 'node_modules', name))
  }
  const linkWorkspace = (path: string) => link(join(root, path), join(root, 'node_modules/@voipbin', path.split('/')[1] ?? ''))
  for (const workspace of ['packages', 'services', 'apps']) {
    for (const name of readdirSync(join(root, workspace))) {
      linkWorkspace(`${workspace}/${name}`)
      const nested = join(checkout, workspace, name, 'node_modules')
      if (existsSync(nested)) link(nested, join(root, workspace, name, 'node_modules'))
    }
  }
  return { root, linkWorkspace, node: (...args) => run(root, args), remove: () => rmSync(root, { recursive: true }) }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

function run(cwd: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, text: stdout + stderr })
    })
  })
}
