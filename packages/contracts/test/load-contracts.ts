import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Contract } from '../src/contract.ts'

/** Every contract of the folder, also those that nobody starts yet. */
export async function loadContracts(root: string): Promise<readonly Contract[]> {
  const folder = join(root, 'packages/contracts/src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
  const modules = await Promise.all(
    files.sort().map((file) => import(pathToFileURL(join(folder, file)).href) as Promise<Record<string, unknown>>),
  )
  return [...new Set(modules.flatMap((module) => Object.values(module)).filter(isContract))]
}

function isContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && ['service', 'events', 'methods', 'api'].every((key) => key in value)
}
