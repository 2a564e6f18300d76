import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, loadConfig, platformSettings } from '@voipbin/service-kit'
import type { Command } from 'commander'

/** Why an operator's command could not be done, as one sentence. */
export class OperatorError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'OperatorError'
  }
}

export type Admin = { readonly url: string; readonly token: string; readonly pid: number }

/** Every operator command finds the running process by its data folder. */
export const withDataDir = (command: Command): Command => command.option('--data-dir <folder>', 'Data folder of the running process')

export function dataDirOf(flags: { readonly dataDir?: string }): string {
  return flags.dataDir ?? loadConfig({ dataDir: platformSettings.dataDir }, environment()).dataDir
}

/** @returns undefined where no process has left its address */
export function findAdmin(dataDir: string): Admin | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8')) as Admin
  } catch {
    return undefined
  }
}

/** Asks a running process, which is the only writer of its files. @throws OperatorError */
export async function operate<T>(flags: { readonly dataDir?: string }, service: string, method: string, input: object): Promise<T> {
  const dataDir = dataDirOf(flags)
  const admin = findAdmin(dataDir)
  if (!admin) throw new OperatorError(`No running voipbin has its data in "${dataDir}": start it, or name its folder with --data-dir`)
  const response = await ask(admin, { service, method, input })
  const body = (await response.json()) as { output?: T; error?: { reason: string; message: string } }
  if (body.error) throw new OperatorError(`${body.error.message} (${body.error.reason})`)
  return body.output as T
}

async function ask(admin: Admin, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' }
  try {
    return await fetch(`${admin.url}/operate`, { method: 'POST', headers, body: JSON.stringify(body) })
  } catch (error) {
    throw new OperatorError(`The voipbin at ${admin.url} does not answer: has it ended?`, { cause: error })
  }
}

/** Rows as an aligned table. */
export function printTable(rows: readonly Readonly<Record<string, unknown>>[], empty: string): void {
  const [first] = rows
  if (!first) return void process.stdout.write(`${empty}\n`)
  const names = Object.keys(first)
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  for (const row of cells)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
}
