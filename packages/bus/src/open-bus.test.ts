import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { openBus } from './index.ts'

describe('openBus()', () => {
  it('opens the local bus', async () => {
    const bus = await openBus('local:', { instance: 'one' })
    expect(await bus.ping()).toStrictEqual({ connected: true, latencyMs: 0 })
    await bus.close()
  })

  it('names the rule for any other scheme, and never the password', async () => {
    const opening = openBus('kafka://user:secret@host', { instance: 'one' })
    await expect(opening).rejects.toThrow(TypeError)
    await expect(opening).rejects.toThrow('Cannot open bus "kafka:…": the URL must be "local:" or start with "amqp://" or "amqps://"')
  })

  it('does not load the AMQP client for the local bus', () => {
    const script = `
      const { openBus } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
      await openBus('local:', { instance: 'one' })
      const { createRequire } = await import('node:module')
      console.log(Object.keys(createRequire(${JSON.stringify(import.meta.url)}).cache).filter((path) => path.includes('amqp')).length)`
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()).toBe('0')
  })
})
