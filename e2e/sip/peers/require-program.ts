import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const packages = { sipp: 'sip-tester', baresip: 'baresip' } as const

/**
 * Whether a real peer is installed. Call it while a file is collected, like `requireServer` of the test kit.
 * @throws Error when it is not and VOIPBIN_TEST_SERVERS=required
 */
export function hasProgram(name: keyof typeof packages): boolean {
  if ((process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)))) return true
  const reason = `${name} is not installed (apt install ${packages[name]}, or tools/servers.sh install)`
  if (process.env['VOIPBIN_TEST_SERVERS'] === 'required') throw new Error(`Cannot test against ${name}: ${reason}`)
  process.stderr.write(`skipped, because ${reason}\n`)
  return false
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
