import type { JobHandler } from '@voipbin/service-kit'
import type { Providers } from '../providers/index.ts'
import { releaseNumber } from '../work.ts'

export const releaseNumberHandler = (providers: Providers): JobHandler =>
  releaseNumber.outside(async (_ctx, { provider_name, ...held }) => providers.byName(provider_name).release(held))
