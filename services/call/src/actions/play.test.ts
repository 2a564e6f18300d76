import { expect, test } from 'vitest'
import { play } from './play.ts'

const playing = (...stream_urls: string[]) =>
  play({ call: { id: 'call' }, option: { stream_urls }, executionId: 'execution' } as unknown as Parameters<typeof play>[0])

test('play takes what is on the web', () => {
  const media = [{ url: 'https://example.com/a.wav' }]
  expect(playing('https://example.com/a.wav')).toMatchObject({ commands: [{ method: 'play', input: { id: 'execution', media } }] })
})

test.each(['file:///data/call/call.sqlite', 'blob:0123', 'FILE:/etc/passwd', ''])('play takes nothing of the platform’s own: %s', (url) => {
  expect(playing(url)).toEqual({ commands: [], isOver: true })
  expect(playing(url, 'http://example.com/b.wav')).toMatchObject({
    commands: [{ input: { media: [{ url: 'http://example.com/b.wav' }] } }],
  })
})
