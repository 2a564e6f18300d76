import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openBlobStore } from '@voipbin/blob'
import type { MediaEngine } from '@voipbin/media'
import { createHostGuard, createOutbound } from '@voipbin/outbound'
import { MediaSources } from '../media/media-sources.ts'
import { MediaStreams } from '../media/media-streams.ts'
import { OpenMedia } from '../media/open-media.ts'
import { Players } from '../media/players.ts'
import { Uploads } from '../media/uploads.ts'
import { WebMedia } from '../media/web-media.ts'
import { Bridges } from './bridges.ts'
import type { SwitchKit } from './switch-kit.ts'
import { createTeller } from './teller.ts'

/** Prompts larger than this are refused: an hour of telephone sound in 16 bits. */
const MAX_PROMPT_OCTETS = 64 * 1024 * 1024
const TRANSFER_TIMEOUT_MS = 60_000

/** What is played and recorded on this node, with the folders for it. */
export async function openMediaParts(kit: SwitchKit, engine: MediaEngine) {
  const { config, clock, log, node, publish, dataFolder } = kit
  const folder = join(dataFolder, 'recordings')
  await mkdir(folder, { recursive: true })
  const tell = createTeller({ node, publish })
  const openMedia = new OpenMedia(tell)
  const limits = { totalMs: TRANSFER_TIMEOUT_MS, bodyOctets: MAX_PROMPT_OCTETS }
  const outbound = createOutbound({ allow: config.outboundAllow, limits, after: clock.after })
  const blobs = openBlobStore(config, kit)
  const web = new WebMedia({
    outbound,
    blobs,
    clock,
    folder: join(dataFolder, 'media-cache'),
    maxOctets: config.mediaCacheMegabytes * 1_000_000,
  })
  await web.open()
  const uploads = new Uploads({ outbound, blobs, clock, log, tell })
  const sources = new MediaSources({ dataDir: resolve(dataFolder, '..'), web, blobs })
  return {
    ...{ tell, openMedia, uploads, folder },
    bridges: new Bridges(engine, openMedia),
    players: new Players({ engine, openMedia, sources }),
    streams: new MediaStreams({ engine, openMedia, sources, log }),
    hosts: createHostGuard({ allow: config.outboundAllow }),
    async close() {
      await uploads.close()
      outbound.close()
      await blobs.close()
    },
  }
}
