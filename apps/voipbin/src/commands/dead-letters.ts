import type { DeadLetter } from '@voipbin/service-kit'
import type { Command } from 'commander'
import { OperatorError, operate, printTable, withDataDir } from '../operator.ts'
import { loadContracts } from '../services.ts'

type Flags = {
  readonly dataDir?: string
  readonly service?: string
  readonly limit?: string
  readonly json?: boolean
  readonly all?: boolean
}

export function addDeadLetters(program: Command): void {
  const letters = program.command('dead-letters').description('Events and jobs that were given up after all retries')
  withDataDir(letters.command('list').description('List them, oldest first'))
    .option('--service <name>', 'Only those of one service')
    .option('--limit <count>', 'At most so many a service', '100')
    .option('--json', 'With payloads, a JSON line each')
    .action(list)
  withDataDir(letters.command('replay [names...]').description('Try them again: by name, or all of a service with --all'))
    .requiredOption('--service <name>', 'The service that gave them up')
    .option('--all', 'All of them')
    .action(replay)
}

async function list(flags: Flags): Promise<void> {
  const names = flags.service ? [flags.service] : await namesWithTables()
  const rows: (DeadLetter & { service: string })[] = []
  for (const service of names) {
    const { result } = await operate<{ result: DeadLetter[] }>(flags, service, 'kernel.listDeadLetters', { limit: Number(flags.limit) })
    rows.push(...result.map((letter) => ({ service, ...letter })))
  }
  if (flags.json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
  else
    printTable(
      rows.map(({ payload, ...row }) => row),
      'No dead letters.',
    )
}

/** Nodes keep nothing that could be dead. */
async function namesWithTables(): Promise<string[]> {
  return (await loadContracts()).flatMap(({ service, nodes }) => (nodes ? [] : service))
}

async function replay(names: string[], flags: Flags & { service: string }): Promise<void> {
  if (flags.all === names.length > 0) throw new OperatorError('Name the dead letters to replay, or say --all')
  const input = { names: flags.all ? 'all' : names }
  const { replayed } = await operate<{ replayed: number }>(flags, flags.service, 'kernel.replayDeadLetters', input)
  process.stdout.write(`Trying ${replayed} again.\n`)
}
