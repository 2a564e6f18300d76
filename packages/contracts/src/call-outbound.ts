import { z } from 'zod'
import type { ApiTable } from './api.ts'
import { outboundConfig } from './call-entities.ts'
import { mutation, query } from './contract.ts'
import { id, ref } from './fields.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { Admin, ProjectSuperAdmin } from './permission.ts'

export const outboundEvents = {
  outbound_config_created: outboundConfig,
  outbound_config_updated: outboundConfig,
  outbound_config_deleted: outboundConfig,
}

const { name, detail, codecs, destination_whitelist } = outboundConfig.shape
/** What is left out, or null, stays as it is. */
const changes = z.object({
  name: name.optional(),
  detail: detail.optional(),
  codecs: codecs.nullable().optional(),
  destination_whitelist: destination_whitelist.nullable().optional(),
  default_outgoing_source_number_id: ref('number').optional().describe('Nil or empty: none'),
})
const changesByOperator = changes.extend({ default_outgoing_source_number_id: id().optional() })

export const outboundMethods = {
  getOwnOutboundConfig: query(ofCustomer(z.object({})), outboundConfig),
  updateOwnOutboundConfig: mutation(ofCustomer(changes), outboundConfig),
  listOutboundConfigs: query(pageOfCustomer.partial({ customer_id: true }), pageOf(outboundConfig)),
  /** @throws OUTBOUND_CONFIG_EXISTS: there is one a customer */
  createOutboundConfig: mutation(ofCustomer(changesByOperator), outboundConfig),
  getOutboundConfig: query(byId, outboundConfig),
  updateOutboundConfig: mutation(byId.extend(changesByOperator.shape), outboundConfig),
  deleteOutboundConfig: mutation(byId, outboundConfig),
}

const project = { permission: ProjectSuperAdmin, scope: 'project' } as const

export const outboundApi = {
  'GET /outbound_config': { method: 'getOwnOutboundConfig', permission: Admin },
  'PUT /outbound_config': { method: 'updateOwnOutboundConfig', permission: Admin },
  'GET /outbound_configs': { method: 'listOutboundConfigs', ...project, page: { default: 100, max: 100 } },
  'POST /outbound_configs': { method: 'createOutboundConfig', ...project },
  'GET /outbound_configs/:id': { method: 'getOutboundConfig', ...project },
  'PUT /outbound_configs/:id': { method: 'updateOutboundConfig', ...project },
  'DELETE /outbound_configs/:id': { method: 'deleteOutboundConfig', ...project },
} as const satisfies ApiTable<keyof typeof outboundMethods>
