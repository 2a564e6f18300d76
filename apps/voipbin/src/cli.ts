import { flagOf, SettingError } from '@voipbin/service-kit'
import { Command, CommanderError } from 'commander'
import { addAdmin } from './commands/admin.ts'
import { addCustomers } from './commands/customers.ts'
import { addDeadLetters } from './commands/dead-letters.ts'
import { addDoctor } from './commands/doctor.ts'
import { addKeys } from './commands/keys.ts'
import { addPhone } from './commands/phone.ts'
import { start } from './commands/start.ts'
import { OperatorError } from './operator.ts'
import { allSettings } from './settings.ts'

/** @returns the exit code; what went wrong is said in one sentence on stderr */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = new Command('voipbin').description('The communications platform on your own machines').exitOverride()
  await addStart(program)
  addDoctor(program)
  addKeys(program)
  addAdmin(program)
  addCustomers(program)
  addDeadLetters(program)
  addPhone(program)
  try {
    refuseUnknownCommand(program, argv[2])
    await program.parseAsync([...argv])
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof SettingError || error instanceof OperatorError || error instanceof TypeError)
      process.stderr.write(`voipbin: ${error.message}\n`)
    else process.stderr.write(`voipbin: ${describe(error)}\n`)
    return 1
  }
}

async function addStart(program: Command): Promise<void> {
  const command = program.command('start', { isDefault: true }).description('Start the platform, or the services named')
  const settings = await allSettings()
  for (const setting of settings) {
    const unit = setting.unit ? ` (${setting.unit})` : ''
    command.option(`${flagOf(setting)} <value>`, `${setting.about}${unit}; ${setting.name}, default "${setting.fallback}"`)
  }
  command.option('--lan', 'Listen on every address of this machine, so that others in the network reach it')
  command.action((flags: Record<string, unknown>) => start(settings, flags))
}

/** Else a word that is no command would be a parameter too many of `start`, which runs where no command is named. */
function refuseUnknownCommand(program: Command, word = ''): void {
  const known = ['', 'help', ...program.commands.map((command) => command.name())]
  if (!word.startsWith('-') && !known.includes(word)) throw new OperatorError(`There is no command "${word}": "voipbin --help" lists them`)
}

/** The error and what caused it, without stacks: `VOIPBIN_LOG_LEVEL=debug` writes those. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`
}
