import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'

export type Target = { readonly name: string; readonly limit: string; readonly measured: number; readonly isMet: boolean }
export type Conditions = Readonly<Record<string, string | number>>
/** What a measurement says: under which conditions, which figures, and which of the promised ones hold. */
export type BenchResult = {
  readonly name: string
  readonly conditions: Conditions
  readonly rows: Readonly<Record<string, Readonly<Record<string, string | number>>>>
  readonly targets: readonly Target[]
  /** What the figures are made of, each a table of its own. */
  readonly details?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string | number>>>>>>
}

/** The machine as it is now; read it before the load of the measurement itself. */
export function conditions(own: Conditions = {}): Conditions {
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' and changes'),
    node: process.version,
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? '?'}`,
    load: loadavg()
      .map((value) => value.toFixed(1))
      .join(' '),
    ...own,
  }
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return '' // a copy of the tree without its history
  }
}

export function printResult({ conditions: around, rows, targets, details = {} }: BenchResult): void {
  console.log(around)
  console.table(rows)
  for (const [title, table] of Object.entries(details)) {
    console.log(title)
    console.table(table)
  }
  if (targets.length > 0) console.table(targets)
}

/** Keeps every result beside the earlier ones. @returns the file */
export function saveResult(result: BenchResult): string {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${result.name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`)
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`)
  return file
}
