import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import { z } from 'zod'

/** What is done later; who carries it out is in `jobs/`. */

/** A provider is gone, and its routes go, too. */
export const removeRoutes = job('remove_routes', z.object({ provider_id: id() }))
/** A provider is asked whether it is there. */
export const checkProvider = job('check_provider', z.object({ provider_id: id() }), { hands: 16 })
