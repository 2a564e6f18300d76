import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const main = join(import.meta.dirname, '../src/main.ts')
const preset = `vb_${'x'.repeat(32)}`

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs the command to its end. */
function run(parameters: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...parameters], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  return ended(child)
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

describe('voipbin refuses to start', () => {
  test.each([
    [
      'an unknown setting, naming the nearest',
      { VOIPBIN_HTTP_PROT: '1' },
      'Unknown setting "VOIPBIN_HTTP_PROT": did you mean "VOIPBIN_HTTP_PORT"?',
    ],
    ['a malformed setting', { VOIPBIN_HTTP_PORT: 'many' }, 'Cannot read setting "VOIPBIN_HTTP_PORT" (--http-port): "many" is refused'],
    [
      'a port that there cannot be',
      { VOIPBIN_HTTP_PORT: '70000' },
      'Cannot read setting "VOIPBIN_HTTP_PORT" (--http-port): "70000" is refused',
    ],
    ['a service that is not there', { VOIPBIN_SERVICES: 'tag,tags' }, 'no service "tags"'],
    ['a bus of an unknown kind', { VOIPBIN_BUS_URL: 'nats://x' }, 'the URL must be "local:"'],
    ['a password that is too short', { VOIPBIN_ADMIN_PASSWORD: 'secret' }, 'its value is refused: must have 8 characters or more'],
    ['an access key that no client could send', { VOIPBIN_ACCESS_KEY: 'secret' }, 'Cannot use the preset access key'],
  ])('with %s', async (_, env, sentence) => {
    const folder = mkdtempSync(join(tmpdir(), 'voipbin-'))
    const { code, stderr } = await run(['start'], { VOIPBIN_DATA_DIR: folder, VOIPBIN_HTTP_PORT: '0', ...env })
    rmSync(folder, { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toContain(sentence)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('with a data folder that is none, naming it and the setting', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voipbin-'))
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { code, stderr } = await run(['start', '--data-dir', file])
    rmSync(folder, { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toContain(
      `voipbin: Cannot write the data folder "${file}": set VOIPBIN_DATA_DIR (--data-dir) to a folder of this user: EEXIST`,
    )
  })

  test('for a word that is no command', async () => {
    const { code, stderr } = await run(['keyz', 'list'])
    expect(code).toBe(1)
    expect(stderr).toContain('no command "keyz": "voipbin --help" lists them')
  })

  test('where its port is taken, and shows all the same what it made and can never show again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voipbin-'))
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = String((other.address() as AddressInfo).port)
    const ports = { VOIPBIN_HTTP_PORT: port, VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0' }
    const { code, stderr } = await run(['start'], { VOIPBIN_DATA_DIR: folder, VOIPBIN_ACCESS_KEY: preset, ...ports })
    other.close()
    rmSync(folder, { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toContain(`port ${port} of 127.0.0.1 is taken`)
    for (const shown of [preset, 'admin@localhost, password', 'Extension 1000  password', '+899100000001']) expect(stderr).toContain(shown)
  })
})

test('whoever stops voipbin with Ctrl-C is told that a second one does not wait', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-'))
  const env = { PATH: process.env['PATH'] ?? '', VOIPBIN_DATA_DIR: folder, VOIPBIN_SERVICES: 'tag' }
  const server = spawn(process.execPath, [main, 'start'], { env })
  server.stdout.on('data', (chunk) => String(chunk).includes('"message":"ready"') && server.kill('SIGINT'))
  const { code, stderr } = await ended(server)
  rmSync(folder, { recursive: true })
  expect(code).toBe(0)
  expect(stderr).toContain('Ctrl-C once more ends everything at once')
})

test('a command ends in peace where whoever reads it has ended before, as head does', async () => {
  const child = spawn(process.execPath, [main, 'start', '--help'], { env: { PATH: process.env['PATH'] ?? '' } })
  child.stdout.destroy()
  expect(await ended(child)).toMatchObject({ code: 0, stderr: '' })
})

describe('a running voipbin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-'))
  const sip = { VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0' }
  const env = { VOIPBIN_DATA_DIR: folder, VOIPBIN_HTTP_PORT: '0', ...sip, VOIPBIN_ACCESS_KEY: preset }
  let server: ChildProcess
  let greeting = ''
  const operate = (...parameters: string[]) => run([...parameters, '--data-dir', folder])

  beforeAll(async () => {
    server = spawn(process.execPath, [main, 'start'], { env: { PATH: process.env['PATH'] ?? '', ...env } })
    await new Promise<void>((resolve, reject) => {
      server.stdout?.on('data', (chunk) => String(chunk).includes('"message":"ready"') && resolve())
      server.stderr?.on('data', (chunk) => (greeting += String(chunk)))
      server.once('exit', () => reject(new Error(greeting)))
    })
  })
  afterAll(async () => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const url = () => /API\s+(http:\S+)/.exec(greeting)?.[1] ?? ''
  const get = (path: string, key = preset) => fetch(`${url()}${path}`, { headers: { authorization: `Bearer ${key}` } })

  test('says where the API and the admin port are, and shows the first key once', async () => {
    expect(greeting).toContain(preset)
    expect((await get('/v1.0/tags')).status).toBe(200)
  })

  test('shows what can be tried: phones, numbers, and a command that calls one', () => {
    const port = /SIP {2,}udp:127\.0\.0\.1:(\d+)/.exec(greeting)?.[1]
    for (const extension of ['1000', '2000', '3000']) expect(greeting).toMatch(new RegExp(`Extension ${extension} {2,}password \\S{20}\n`))
    expect(greeting).toContain(`npx voipbin phone dial sip:+899100000001@127.0.0.1:${port} `)
    for (const number of ['+899100000001', '+899100000002', '+899100000003']) expect(greeting).toContain(`  ${number}  `)
  })

  test('shows the first administrator once, whose password an operator replaces', async () => {
    expect(greeting).toMatch(/API {2,}(http:\/\/127\.0\.0\.1:\d+)\n(?:.*\n)*.*API docs {2,}\1\/docs\n/)
    const [, first] = /Administrator {2,}admin@localhost, password (\S{20})\n/.exec(greeting) ?? []
    const replaced = await operate('admin', 'reset-password')
    expect(replaced.stdout.trim()).toMatch(/^\S{20}$/)
    expect(replaced.stdout.trim()).not.toBe(first)
    const nobody = await operate('admin', 'reset-password', '--username', 'nobody')
    expect(nobody).toMatchObject({ code: 1, stdout: '' })
    expect(nobody.stderr).toContain('Cannot find agent "nobody"')
  })

  test('leaves its admin token and its databases to the owner of the folder only', () => {
    for (const file of ['admin.json', 'customer.db']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  })

  test('a second one with the same folder is refused', async () => {
    const { code, stderr } = await run(['start'], env)
    expect(code).toBe(1)
    expect(stderr).toContain('another process has it open')
  })

  test('keys are made, listed and revoked, and a revoked one is refused soon', async () => {
    const made = await operate('keys', 'create', '--name', 'ci')
    const key = made.stdout.trim()
    expect(key).toMatch(/^vb_/)
    expect((await get('/v1.0/tags', key)).status).toBe(200)
    const id = /Key (\S+) of/.exec(made.stderr)?.[1] ?? ''
    expect((await operate('keys', 'list')).stdout).toContain(key.slice(0, 11))
    expect((await operate('keys', 'revoke', id)).code).toBe(0)
    await expect.poll(async () => (await get('/v1.0/tags', key)).status, { interval: 50 }).toBe(401)
  })

  test('a second customer needs to be named, and sees nothing of the first', async () => {
    const id = (await operate('customers', 'create', '--name', 'Other')).stdout.trim()
    expect((await operate('customers', 'list')).stdout).toContain(id)
    const ambiguous = await operate('keys', 'create')
    expect(ambiguous.code).toBe(1)
    expect(ambiguous.stderr).toContain('name one with --customer')
    const key = (await operate('keys', 'create', '--customer', id)).stdout.trim()
    await fetch(`${url()}/v1.0/tags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${preset}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'mine', detail: '' }),
    })
    expect(((await (await get('/v1.0/tags')).json()) as { result: unknown[] }).result).toHaveLength(1)
    expect(((await (await get('/v1.0/tags', key)).json()) as { result: unknown[] }).result).toEqual([])
  })

  test('keeps the mail to the admin of a new customer where the doctor finds it', async () => {
    expect((await operate('customers', 'create', '--name', 'Mailed', '--email', 'ann@example.com')).code).toBe(0)
    const subject = '"Set your password" to ann@example.com'
    await expect.poll(async () => (await operate('doctor')).stdout, { timeout: 15_000, interval: 100 }).toContain(subject)
  })

  test('says what is known of who a customer is', async () => {
    const id = (await operate('customers', 'create', '--name', 'Known')).stdout.trim()
    expect((await operate('customers', 'identity', id, 'verified')).stdout).toContain('is verified')
    expect((await operate('customers', 'list')).stdout).toMatch(new RegExp(`^${id} +Known +active +verified +`, 'm'))
    expect(await operate('customers', 'identity', id, 'perhaps')).toMatchObject({ code: 1 })
  })

  test('has no dead letters, and the doctor finds it well', async () => {
    expect((await operate('dead-letters', 'list')).stdout).toContain('No dead letters.')
    const doctor = await operate('doctor')
    expect(doctor.stdout).toContain('voipbin runs as process')
    expect(doctor.code).toBe(0)
  })

  test('ends with 0 on SIGTERM, and then operators are told that nobody runs', async () => {
    const exit = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    expect(await exit).toBe(0)
    const { code, stderr } = await operate('keys', 'list')
    expect(code).toBe(1)
    expect(stderr).toContain('No running voipbin')
  })
})
