import { routes, routesOver } from '../store/routes.ts'
import { removeRoutes } from '../work.ts'

const ROWS_A_COMMIT = 500

export const removeRoutesHandler = removeRoutes.inTx(async (tx, { provider_id }) => {
  const rows = await routesOver(tx, provider_id, ROWS_A_COMMIT)
  for (const row of rows) await routes.remove(tx, 'route_deleted', row)
  if (rows.length === ROWS_A_COMMIT) tx.schedule(removeRoutes, provider_id, tx.now, { provider_id })
})
