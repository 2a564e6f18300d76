import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ServiceError } from '@voipbin/contracts/errors'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearerOf, callers, startWorld, type World } from './world.ts'

describe('uploads', () => {
  let world: World
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-uploads-'))
  const blobs = join(dataDir, 'blobs')
  beforeAll(async () => {
    world = await startWorld({ env: { VOIPBIN_DATA_DIR: dataDir, VOIPBIN_HTTP_FILE_LIMIT: '200000', VOIPBIN_HTTP_BODY_LIMIT: '5000' } })
  })
  afterAll(async () => {
    await world.close()
    rmSync(dataDir, { recursive: true })
  })
  beforeEach(() => rmSync(blobs, { recursive: true, force: true }))

  const form = (fields: Record<string, string | Blob>) => {
    const data = new FormData()
    for (const [name, value] of Object.entries(fields))
      typeof value === 'string' ? data.append(name, value) : data.append(name, value, 'dir/a.txt')
    return data
  }
  const upload = (body: FormData, headers: Record<string, string> = {}) =>
    world.send('POST', '/v1.0/uploads', { as: callers.admin, body, headers })
  const raw = (body: string, boundary = 'X') =>
    world.send('POST', '/v1.0/uploads', {
      as: callers.admin,
      body,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    })
  const stored = () => {
    try {
      return readdirSync(blobs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    } catch {
      return []
    }
  }
  const file = (text: string) => new Blob([text], { type: 'text/plain' })

  test('the file is stored, its fields become input, coerced by schema', async () => {
    const { status, body } = await upload(form({ type: 'rag', size: '7', file: file('content') }))
    expect(status).toBe(200)
    const input = world.lastInput('upload') as { file: { blob_id: string } }
    expect(input).toMatchObject({ customer_id: callers.admin.actor.customer_id, type: 'rag', size: 7 })
    expect(input.file).toEqual({ blob_id: expect.any(String), filename: 'a.txt', content_type: 'text/plain', size: 7 })
    expect(body).toEqual({ file: input.file })
    const [only] = stored()
    expect(stored()).toHaveLength(1)
    const path = join(only?.parentPath ?? '', only?.name ?? '')
    expect([only?.name, readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([input.file.blob_id, 'content', 0o600])
  })

  test('fields may come behind the file', async () => {
    expect((await upload(form({ file: file('x'), type: 'talk' }))).status).toBe(200)
  })

  test.each<[string, Record<string, string | Blob>, string]>([
    ['no file', { type: 'rag' }, 'file'],
    ['a text in place of the file', { type: 'rag', file: 'text' }, 'file'],
    ['a wrong field', { type: 'nope', file: file('x') }, 'type'],
    ['a wrong number', { type: 'rag', size: 'x', file: file('x') }, 'size'],
  ])('%s is refused, and nothing is kept', async (_name, fields, field) => {
    const { status, body } = await upload(form(fields))
    expect(status).toBe(400)
    expect((body['error'] as { details: { field: string }[] }).details[0]?.field).toBe(field)
    expect(stored()).toEqual([])
  })

  test('a file that the owner refuses is not kept', async () => {
    const answer = world.answers['upload']
    world.answers['upload'] = () => {
      throw new ServiceError('PAYMENT_REQUIRED', 'INSUFFICIENT_BALANCE', 'No money')
    }
    expect((await upload(form({ type: 'rag', file: file('x') }))).status).toBe(402)
    expect(stored()).toEqual([])
    world.answers['upload'] = () => {
      throw new ServiceError('UNAVAILABLE', 'REQUEST_TIMEOUT', 'Late')
    }
    expect((await upload(form({ type: 'rag', file: file('x') }))).status).toBe(503)
    expect(stored(), 'nobody knows whether it is referred to').toHaveLength(1)
    if (answer) world.answers['upload'] = answer
  })

  test('the largest allowed file is kept, a larger one is 413', async () => {
    expect((await upload(form({ type: 'rag', file: file('x'.repeat(200_000)) }))).status).toBe(200)
    const { status, body } = await upload(form({ type: 'rag', file: file('x'.repeat(200_001)) }))
    expect(status).toBe(413)
    expect(body['error']).toMatchObject({ reason: 'BODY_TOO_LARGE' })
    expect((await upload(form({ type: 'rag', file: new Blob([new Uint8Array(20_000_000)]) }))).status, 'told while still sending').toBe(413)
    expect(stored()).toHaveLength(1)
  })

  test('two files are refused', async () => {
    const { status } = await upload(form({ type: 'rag', file: file('x'), other: file('y') }))
    expect(status).toBe(400)
    expect(stored()).toEqual([])
  })

  test.each([
    ['that breaks off', '--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'],
    ['that is none', 'nonsense'],
    ['of prototype keys', '--X\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\nx\r\n--X--\r\n'],
    [
      'of a thousand fields',
      `${Array.from({ length: 1000 }, (_, index) => `--X\r\nContent-Disposition: form-data; name="f${index}"\r\n\r\nx\r\n`).join('')}--X--\r\n`,
    ],
    ['with NUL in a field', '--X\r\nContent-Disposition: form-data; name="type"\r\n\r\nra\0g\r\n--X--\r\n'],
  ])('a form %s is 400', async (_name, text) => {
    const { status, body } = await raw(text)
    expect([status, (body['error'] as { status: string }).status]).toEqual([400, 'INVALID_ARGUMENT'])
    // What had arrived is removed when its stream has ended, which may be after the answer.
    await expect.poll(stored).toEqual([])
  })

  test('a form without its boundary is refused', async () => {
    const { status } = await world.send('POST', '/v1.0/uploads', {
      as: callers.admin,
      body: 'x',
      headers: { 'content-type': 'multipart/form-data' },
    })
    expect([400, 415]).toContain(status)
  })

  test('a name cannot leave its folder', async () => {
    const part =
      '--X\r\nContent-Disposition: form-data; name="type"\r\n\r\nrag\r\n--X\r\nContent-Disposition: form-data; name="file"; filename="../../etc/pass\\u0007wd"\r\n\r\nx\r\n--X--\r\n'
    await raw(part)
    expect((world.lastInput('upload') as { file: { filename: string } }).file.filename).not.toMatch(/[/\\]/)
  })

  test('JSON is 415 where a form is expected, so that no client names a blob itself', async () => {
    const json = { type: 'rag', file: { blob_id: 'theirs', filename: 'a', content_type: 'b', size: 1 } }
    expect((await world.send('POST', '/v1.0/uploads', { as: callers.admin, json })).status).toBe(415)
    expect((await world.send('POST', '/v1.0/uploads', { as: callers.admin })).status).toBe(400)
  })

  test('repeated under its idempotency key, it is one file and one wish', async () => {
    const headers = { 'idempotency-key': 'upload-1' }
    const send = (text: string) => upload(form({ type: 'rag', file: file(text) }), headers)
    const [first, second] = [await send('same'), await send('same')]
    expect(second.body).toEqual(first.body)
    expect(stored()).toHaveLength(1)
    const other = await send('other')
    expect(other.body).not.toEqual(first.body)
  })

  test('a client that leaves midway leaves nothing behind', async () => {
    const { hostname, port } = new URL(world.url)
    const socket = connect(Number(port), hostname)
    const part = '--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
    const head = `POST /v1.0/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearerOf(callers.admin)}\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: 9999\r\n\r\n`
    socket.write(head + part)
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(stored()).toEqual([])
    expect((await world.send('GET', '/ping')).status).toBe(200)
  })
})
