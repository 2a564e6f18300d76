import { ServiceError } from '@voipbin/contracts/errors'

export const extensionTaken = (extension: string) =>
  new ServiceError('ALREADY_EXISTS', 'EXTENSION_TAKEN', `Cannot use the extension "${extension}": there is one already`)
export const domainNameTaken = (name: string) =>
  new ServiceError('ALREADY_EXISTS', 'DOMAIN_NAME_TAKEN', `Cannot use the domain name "${name}": another trunk has it`)
export const limitReached = (reason: 'EXTENSION_LIMIT' | 'TRUNK_LIMIT', max: number) =>
  new ServiceError('RESOURCE_EXHAUSTED', reason, `Cannot make another one: a customer may have ${max}`)

/** Names of extensions are ASCII, and so are their columns: MySQL refuses to compare them with anything else. */
export const isAscii = (text: string): boolean => /^[\x21-\x7e]*$/.test(text)
