import type { OutboundConfig } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'

type Editable = Pick<OutboundConfig, 'name' | 'detail' | 'codecs' | 'destination_whitelist' | 'default_outgoing_source_number_id'>
/** What a client sends: what is left out, or null, stays as it is; the nil id and '' are no number. */
export type OutboundChanges = { readonly [K in keyof Editable]?: Editable[K] | null | undefined }

/** Of a customer who has said nothing: no country may be called. */
export const closedConfig: Editable = {
  ...{ name: '', detail: '', codecs: '', destination_whitelist: [] },
  default_outgoing_source_number_id: null,
}

export function changedConfig(
  before: Editable,
  { name, detail, codecs, destination_whitelist, default_outgoing_source_number_id: source }: OutboundChanges,
): Editable {
  return {
    ...{ name: name ?? before.name, detail: detail ?? before.detail, codecs: codecs ?? before.codecs },
    destination_whitelist: destination_whitelist ?? before.destination_whitelist,
    default_outgoing_source_number_id:
      source == null ? before.default_outgoing_source_number_id : source === '' || source === NIL_ID ? null : source,
  }
}
