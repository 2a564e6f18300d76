import { Readable } from 'node:stream'
import { type BlobStore, blobUrl } from '@voipbin/blob'
import { addMilliseconds } from '@voipbin/contracts/time'
import { captureType, type timelineContract } from '@voipbin/contracts/timeline'
import type { Answer, Clients } from '@voipbin/service-kit'
import { removeCapture } from '../jobs/remove-capture.ts'
import { packetOf, pcapOf } from '../pcap.ts'
import { traceLegs } from '../trace-legs.ts'

/** Longer than a request may take, and time to open it. */
const KEPT_MS = 120_000

type Parts = { readonly client: Clients; readonly blobs: BlobStore }

/** Made anew each time: the call may go on. Its end is planned before it is there, so that nothing stays behind. */
export const captureCall =
  ({ client, blobs }: Parts): Answer<typeof timelineContract, 'captureCall'> =>
  async (ctx, asked) => {
    const { messages } = await traceLegs(client, ctx.read(), asked)
    const blob_id = await ctx.transaction(async (tx) => {
      const id = tx.newId()
      tx.schedule(removeCapture, id, addMilliseconds(tx.now, KEPT_MS), { blob_id: id })
      return id
    })
    await blobs.put(Readable.from([pcapOf(messages.map(packetOf))]), () => blob_id)
    return { url: blobUrl(blob_id), content_type: captureType, filename: `call-${asked.call_id}.pcap` }
  }
