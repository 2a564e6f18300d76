import { randomBytes } from 'node:crypto'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { Links } from '../links.ts'
import { findLinkKey, saveLinkKey } from '../store/link-keys.ts'

export const ensureLinkKey =
  (links: Links): Answer<StorageContract, 'ensureLinkKey'> =>
  async (ctx) => {
    await ctx.transaction(async (tx) => {
      if ((await findLinkKey(tx)) === undefined) await saveLinkKey(tx, randomBytes(32).toString('base64url'))
    })
    await links.learnKey(ctx.read())
    return {}
  }
