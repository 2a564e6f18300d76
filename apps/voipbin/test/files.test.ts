import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { administrator, type RunningPlatform, startEverything } from './api/running-platform.ts'

vi.mock('@node-rs/argon2', async () => (await import('./api/argon2-work.ts')).cheapArgon2())

describe('files, from an upload to a link', () => {
  let platform: RunningPlatform
  let headers: { authorization: string }
  beforeAll(async () => {
    platform = await startEverything()
    const json = { username: administrator.username, password: administrator.password }
    const { body } = await platform.send('POST', '/auth/login', { json })
    headers = { authorization: `Bearer ${String(body['token'])}` }
    await platform.settle()
  }, 60_000)
  afterAll(() => platform.close())

  const upload = (path: string, type: string, content: string) => {
    const body = new FormData()
    body.append('type', type)
    body.append('file', new Blob([content], { type: 'text/html' }), 'page.html')
    return fetch(`${platform.url}${path}`, { method: 'POST', headers, body })
  }
  /** Links begin with the public address, which is not the port of this test. */
  const follow = (link: string, more: Record<string, string> = {}) => {
    const { pathname, search } = new URL(link)
    return fetch(`${platform.url}${pathname}${search}`, { headers: more, redirect: 'manual' })
  }

  test('what was uploaded is read by a link that needs no credential, whole and in part', async () => {
    const made = (await (await upload('/v1.0/storage_files', 'rag', '<b>hello</b>')).json()) as Record<string, unknown>
    expect(made).toMatchObject({ type: 'rag', filename: 'page.html', filesize: 12 })
    expect(Object.keys(made)).not.toContain('blob_id')
    const redirect = await platform.send('GET', `/v1.0/storage_files/${made['id']}/file`, { headers })
    expect(redirect.status).toBe(307)
    for (const link of [String(made['uri_download']), redirect.headers.get('location') ?? '']) {
      const whole = await follow(link)
      expect([whole.status, await whole.text(), whole.headers.get('content-length')]).toEqual([200, '<b>hello</b>', '12'])
      // It is shown as what it is, and may not act as a page of ours.
      expect(whole.headers.get('content-security-policy')).toContain('sandbox')
      expect(whole.headers.get('content-disposition')).toContain('page.html')
      const part = await follow(link, { range: 'bytes=3-7' })
      expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'hello', 'bytes 3-7/12'])
      expect((await follow(link, { range: 'bytes=12-' })).status).toBe(400)
    }
    expect((await follow(`${made['uri_download']}0`)).status).toBe(403)
    expect((await fetch(`${platform.url}/v1.0/storage_links/${made['id']}`)).status).toBe(400)
    expect((await platform.send('DELETE', `/v1.0/storage_files/${made['id']}`, { headers })).status).toBe(200)
    expect((await follow(String(made['uri_download']))).status).toBe(404)
  })

  test('a type that is not known there is refused, and leaves nothing in the store', async () => {
    expect((await upload('/v1.0/storage_files', 'talk', 'x')).status).toBe(400)
    expect((await upload('/v1.0/service_agents/files', 'rag', 'x')).status).toBe(400)
    expect((await upload('/v1.0/service_agents/files', 'talk', 'x')).status).toBe(200)
    const { body } = await platform.send('GET', '/v1.0/storage_account', { headers })
    expect(body).toMatchObject({ total_file_count: 1, total_file_size: 1 })
  })
})
