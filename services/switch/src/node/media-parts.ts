import { join, resolve } from 'node:path'
import { openBlobStore } from '@voipbin/blob'
import type { MediaEngine } from '@voipbin/media'
import { createHostGuard, createOutbound } from '@voipbin/outbound'
import { MediaSources } from '../media/media-sources.ts'
import { MediaStreams } from '../media/media-streams.ts'
import { OpenMedia } from '../media/open-media.ts'
import { Players } from '../media/players.ts'
import { Spool } from '../media/spool.ts'
import { Uploads } from '../media/uploads.ts'
import { WebMedia } from '../media/web-media.ts'
import { Bridges } from './bridges.ts'
import type { SwitchKit } from './switch-kit.ts'
import { createTeller } from './teller.ts'

/** Prompts larger than this are refused: an hour of telephone sound in 16 bits. */
const MAX_PROMPT_OCTETS = 64 * 1024 * 1024
const FETCH_TIMEOUT_MS = 60_000
/** An hour of both sides of a call over a slow line. */
const PUT_TIMEOUT_MS = 900_000

/** What is played and recorded on this node, with the folders for it. */
export async function openMediaParts(kit: SwitchKit, engine: MediaEngine) {
  const { config, clock, log, node, publish, published, dataFolder, metrics } = kit
  const spool = new Spool(join(dataFolder, 'recordings'))
  await spool.open()
  const tell = createTeller({ node, publish })
  const openMedia = new OpenMedia(tell, (id) => uploads.over(id))
  const web = openWeb(kit)
  const blobs = openBlobStore(config, kit)
  const copies = new WebMedia({
    ...{ outbound: web.fetching, blobs, clock },
    folder: join(dataFolder, 'media-cache'),
    maxOctets: config.mediaCacheMegabytes * 1_000_000,
  })
  await copies.open()
  const uploads = new Uploads({ outbound: web.putting, blobs, spool, clock, log, tell, published })
  metrics.gauge(
    'voipbin_switch_recordings_kept',
    'Recordings of this node that are under way, or still to be brought away',
    [],
    async () => [{ labels: {}, value: uploads.size }],
  )
  await uploads.open()
  const sources = new MediaSources({ dataDir: resolve(dataFolder, '..'), web: copies, blobs, recorded: uploads })
  const bridges = new Bridges(engine, openMedia)
  return {
    ...{ tell, openMedia, uploads, spool, bridges },
    players: new Players({ engine, openMedia, sources, bridges }),
    streams: new MediaStreams({ engine, openMedia, sources, log }),
    hosts: createHostGuard({ allow: config.outboundAllow }),
    async close() {
      await uploads.close()
      web.close()
      await blobs.close()
    },
  }
}

function openWeb({ config, clock }: SwitchKit) {
  const limits = { totalMs: FETCH_TIMEOUT_MS, bodyOctets: MAX_PROMPT_OCTETS }
  const fetching = createOutbound({ allow: config.outboundAllow, limits, after: clock.after })
  const putting = createOutbound({ allow: config.outboundAllow, limits: { totalMs: PUT_TIMEOUT_MS }, after: clock.after })
  const close = () => {
    fetching.close()
    putting.close()
  }
  return { fetching, putting, close }
}
