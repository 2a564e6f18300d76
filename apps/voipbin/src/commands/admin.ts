import { environment, loadConfig } from '@voipbin/service-kit'
import type { Command } from 'commander'
import { operate, withDataDir } from '../operator.ts'
import { appSettings } from '../settings.ts'

type Flags = { readonly dataDir?: string; readonly username?: string }

export function addAdmin(program: Command): void {
  const admin = program.command('admin').description('The administrator of the platform')
  withDataDir(admin.command('reset-password').description('Give an agent a new random password and show it once'))
    .option('--username <name>', 'Whose; default: the administrator of the first start')
    .action(resetPassword)
}

async function resetPassword({ username, ...flags }: Flags): Promise<void> {
  const { adminUsername } = loadConfig({ adminUsername: appSettings.adminUsername }, environment())
  const made = await operate<{ username: string; password: string }>(flags, 'agent', 'replacePassword', {
    username: username ?? adminUsername,
  })
  process.stdout.write(`${made.password}\n`)
  process.stderr.write(`New password of ${made.username}. It is not shown again.\n`)
}
