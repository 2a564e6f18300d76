import { openBlobStore } from '@voipbin/blob'
import { customerContract } from '@voipbin/contracts/customer'
import { timelineContract } from '@voipbin/contracts/timeline'
import { defineService, on, onAny } from '@voipbin/service-kit'
import { timelineConfig } from './config.ts'
import { recordEvent } from './events/record-event.ts'
import { forgetEventsHandler } from './jobs/forget-events.ts'
import { purgeEventsHandler, schedulePurge } from './jobs/purge-events.ts'
import { removeCaptureHandler } from './jobs/remove-capture.ts'
import { analyseCall } from './methods/analyse-call.ts'
import { captureCall } from './methods/capture-call.ts'
import { listAggregatedEvents } from './methods/list-aggregated-events.ts'
import { listResourceEvents } from './methods/list-resource-events.ts'
import { recordedEventsOf } from './recorded-events.ts'

/** Events written in one commit, at most. */
const BATCH = 200

export const timelineService = defineService({
  contract: timelineContract,
  config: timelineConfig,
  folder: import.meta,
  start: (kit) => {
    const { client, config, contracts } = kit
    const blobs = openBlobStore(config, kit)
    const recorded = recordedEventsOf(contracts)
    return {
      methods: { listResourceEvents, listAggregatedEvents, analyseCall: analyseCall(client), captureCall: captureCall({ client, blobs }) },
      events: [
        onAny(recorded, 'record_event', recordEvent(recorded), { batch: BATCH }),
        on(customerContract, 'customer_deleted', schedulePurge),
      ],
      jobs: [forgetEventsHandler(config.retentionDays), purgeEventsHandler, removeCaptureHandler(blobs)],
      listen: async () => ({ description: '', close: () => blobs.close() }),
    }
  },
})
