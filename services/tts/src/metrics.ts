import type { Metrics } from '@voipbin/service-kit'

export type SpeechMetrics = {
  hit(): void
  made(driver: string, seconds: number): void
  failed(driver: string): void
}

export function createSpeechMetrics(metrics: Metrics): SpeechMetrics {
  const requests = metrics.counter('voipbin_speech_requests_total', 'Texts to be spoken, by what became of them', ['result', 'driver'])
  const duration = metrics.histogram('voipbin_speech_seconds', 'Time that a driver took for a text', ['driver'])
  return {
    hit: () => requests.add({ result: 'kept', driver: '' }),
    made(driver, seconds) {
      requests.add({ result: 'made', driver })
      duration.observe({ driver }, seconds)
    },
    failed: (driver) => requests.add({ result: 'failed', driver }),
  }
}
