import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const main = join(root, 'apps/voipbin/src/main.ts')
const guide = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')
const sections = guide.split(/^## /m).slice(1)
const key = `vb_${'g'.repeat(32)}`

/** Who reads the guide has the command by its name and everything at its default port; here both are this test's. */
const asHere = (command: string, ports: { readonly http: string; readonly sip: string }) =>
  command
    .replaceAll('vb_…', key)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.http}`)
    .replaceAll(/sip:(\S*@)?127\.0\.0\.1/g, `$&:${ports.sip}`)

const commandsOf = (section: string) => [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)

/** Known before the start: links lead there. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** One shell for the whole guide, as the reader has. */
function openShell(folder: string) {
  // `npx` looks for the command in the folder of the clone; this shell is elsewhere, so that what is recorded does not stay there.
  writeFileSync(join(folder, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${main}" "$@"\n`)
  chmodSync(join(folder, 'npx'), 0o755)
  const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter)
  const shell = spawn('bash', ['-o', 'pipefail'], { cwd: folder, env: { PATH: path, HOME: folder } })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  return {
    shell,
    /** @returns what the commands said, and the first that failed */
    async run(block: string): Promise<{ said: string; failed: string }> {
      said = ''
      const trap = `failed=; trap '[ -n "$failed" ] || failed=$BASH_COMMAND' ERR`
      shell.stdin.write(`${trap}\n${block}\ntrap - ERR; echo "END<$failed>"\n`)
      await expect.poll(() => said, { timeout: 60_000, interval: 20 }).toMatch(/END<.*>\n/s)
      return { said, failed: /END<(.*)>\n/s.exec(said)?.[1] ?? '' }
    },
  }
}

describe('docs/getting-started.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-guide-'))
  let server: ChildProcess
  let greeting = ''
  let terminal: ReturnType<typeof openShell>
  beforeAll(async () => {
    const env = {
      ...{ VOIPBIN_DATA_DIR: join(folder, 'data'), VOIPBIN_ACCESS_KEY: key, VOIPBIN_SIP_MAX_LATENESS_MS: '5000' },
      ...{ VOIPBIN_HTTP_PORT: String(await freePort()), VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0' },
    }
    server = spawn(process.execPath, [main, 'start'], { env: { PATH: process.env['PATH'] ?? '', ...env } })
    await new Promise<void>((resolve, reject) => {
      server.stdout?.on('data', (chunk) => String(chunk).includes('"message":"ready"') && resolve())
      server.stderr?.on('data', (chunk) => (greeting += String(chunk)))
      server.once('exit', () => reject(new Error(greeting)))
    })
    terminal = openShell(folder)
  })
  afterAll(() => {
    terminal?.shell.kill('SIGKILL')
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  test.for(sections.map((section) => [section.split('\n')[0] ?? '', section] as const))('%s', { timeout: 90_000 }, async ([, section]) => {
    const ports = {
      http: /API +http:\/\/127\.0\.0\.1:(\d+)/.exec(greeting)?.[1] ?? '',
      sip: /udp:127\.0\.0\.1:(\d+)/.exec(greeting)?.[1] ?? '',
    }
    for (const block of commandsOf(section)) {
      const { said, failed } = await terminal.run(asHere(block, ports))
      expect(failed, `${block}\n${said}`).toBe('')
    }
  })

  test('starts the platform as the package does', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    expect(guide).toContain('npm ci\nnpm start\n')
    expect(scripts['start']).toBe('node apps/voipbin/src/main.ts start')
  })
})
