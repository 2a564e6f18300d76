import { once } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type Asking, lendBus, openAsking, TransportError } from '@voipbin/bus'
import type { Health } from './define-service.ts'
import { type Environment, SettingError } from './load-config.ts'
import type { MetricFamily } from './metrics.ts'
import type { Living } from './run-service.ts'
import type { platformSettings, SettingValues } from './settings.ts'
import type { Surroundings } from './surroundings.ts'

/** Services that run in a thread of their own, so that nothing they do is waited for by what the others do. */
export type Beside = {
  /** Module of that thread; it calls `runBeside`. */
  readonly entry: URL
  readonly names: readonly string[]
}

export type SideThreadGiven = {
  readonly names: readonly string[]
  readonly settings: SettingValues<typeof platformSettings>
  readonly env: Environment
  readonly port: MessagePort
  readonly busPort: MessagePort
}

/** A service of the other thread, as it is told of here. */
export type SideService = { readonly name: string; readonly listeners: readonly string[]; readonly hasDatabase: boolean }
export type Step = Exclude<keyof Living, 'name' | 'listeners' | 'ping'>

export type SideThread = {
  /** As if they ran here: each step is taken there. */
  readonly services: readonly Living[]
  readonly families: () => Promise<readonly MetricFamily[]>
  close(): Promise<void>
}

type Parts = Pick<Surroundings, 'bus' | 'env' | 'log' | 'health'> & { readonly settings: SideThreadGiven['settings'] }

/** Starts the thread and opens its services. @throws what keeps one of them from it; nothing stays open */
export async function startSideThread({ entry, names }: Beside, { bus, env, log, health, settings }: Parts): Promise<SideThread> {
  const [own, bridge] = [new MessageChannel(), new MessageChannel()]
  const given: SideThreadGiven = { names, settings, env, port: own.port2, busPort: bridge.port2 }
  const thread = new Worker(entry, { workerData: given, transferList: [own.port2, bridge.port2], name: names.join(' ') })
  const asking = openAsking(own.port1, { health: (): Promise<Health> => health() })
  const lent = lendBus(bus, bridge.port1)
  let isClosing = false

  async function close(): Promise<void> {
    isClosing = true
    await thread.terminate()
    await gone()
  }
  async function gone(): Promise<void> {
    const error = new TransportError('closed', 'The thread of this service is gone')
    asking.giveUp(error)
    await lent.takeBack(error)
    for (const port of [own.port1, bridge.port1]) port.close()
  }
  // Thrown here, what went wrong there ends the process, as it would have in this thread.
  thread.on('error', (error) => {
    if (isClosing) return
    log.error('a thread failed', { services: names, error })
    throw error
  })
  thread.on('exit', () => {
    if (!isClosing) throw new Error(`The thread of ${names.join(', ')} ended`)
  })

  try {
    await once(thread, 'online')
    const told = await asking.ask<readonly SideService[]>('open')
    const services = told.map((service) => livingBeside(asking, service))
    return { services, families: () => asking.ask<readonly MetricFamily[]>('families'), close }
  } catch (error) {
    await close()
    throw error instanceof Error && error.name === 'SettingError' ? new SettingError(error.message) : error
  }
}

function livingBeside(asking: Asking, { name, listeners, hasDatabase }: SideService): Living {
  const take = <T>(step: Step) => asking.ask<T>('take', name, step)
  return {
    ...{ name, listeners, ping: hasDatabase ? () => asking.ask<void>('pingDatabase', name) : undefined },
    serve: () => take('serve'),
    work: () => take('work'),
    listen: () => take('listen'),
    stopListening: () => take('stopListening'),
    stopJobs: () => take('stopJobs'),
    stopServing: () => take('stopServing'),
    flush: () => take('flush'),
    close: () => take('close'),
  }
}
