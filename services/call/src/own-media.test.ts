import type { Clients } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { expect, test, vi } from 'vitest'
import { createMediaOf } from './own-media.ts'
import { recordings } from './store/recordings.ts'

const [customer_id, own, foreign] = [1, 2, 3].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`) as [string, string, string]
vi.spyOn(recordings, 'find').mockImplementation(async (_read, id) => {
  const owner = id === own ? customer_id : id === foreign ? 'somebody else' : undefined
  return owner === undefined ? undefined : ({ id, customer_id: owner } as never)
})
const opened = vi.fn(async () => ({ url: 'blob:prompt', content_type: 'audio/wav', filename: 'prompt.wav' }))
const client = (() => ({ openStorageLink: opened })) as unknown as Clients
const behind = (url: string, publicUrl = 'http://127.0.0.1:8080') => createMediaOf(client, publicUrl)({} as Read, { customer_id }, url)

test.each(['https://example.com/a.wav', 'http://example.com/v1.0/recordingfiles/x', 'http://127.0.0.1:8081/a.wav'])(
  'what is on the web is for the switch to fetch: %s',
  async (url) => expect(await behind(url)).toEqual({ url }),
)

test.each(['file:///data/call/call.sqlite', 'blob:0123', 'FILE:/etc/passwd', '', 'nothing'])(
  'nothing of the platform’s own is: %s',
  async (url) => expect(await behind(url)).toBeUndefined(),
)

test('a recording of the customer’s own is played from where it is kept, and nobody else’s', async () => {
  expect(await behind(`http://127.0.0.1:8080/v1.0/recordingfiles/${own}`)).toEqual({ url: `blob:${own}` })
  expect(await behind(`https://voice.example/api/v1.0/recordingfiles/${own}`, 'https://voice.example/api/')).toEqual({ url: `blob:${own}` })
  for (const id of [foreign, crypto.randomUUID(), '..', `${own}/..`])
    expect(await behind(`http://127.0.0.1:8080/v1.0/recordingfiles/${id}`)).toBeUndefined()
})

test('a link of ours leads to what it was signed for; the rest of our API is not played', async () => {
  const url = `http://127.0.0.1:8080/v1.0/storage_links/${own}?expires=4000000000&signature=abc`
  expect(await behind(url)).toEqual({ url: 'blob:prompt' })
  expect(opened).toHaveBeenLastCalledWith({ id: own, expires: 4_000_000_000, signature: 'abc' })
  for (const path of ['v1.0/calls', 'health/live', `v1.0/storage_files/${own}/file`, `v1.0/storage_links/${own}?expires=x&signature=`])
    expect(await behind(`http://127.0.0.1:8080/${path}`)).toBeUndefined()
})
