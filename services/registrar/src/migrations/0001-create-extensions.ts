import { asciiColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('registrar_extensions', {
    name: textColumn(255),
    detail: textColumn(4096),
    extension: asciiColumn(64),
    domain_name: asciiColumn(36),
    username: asciiColumn(64),
    direct_hash: asciiColumn(32),
    digest_algorithm: asciiColumn(16),
    realm: asciiColumn(255),
    sip_address: asciiColumn(255),
    ha1_md5: asciiColumn(32),
    ha1_sha256: asciiColumn(64),
  })
