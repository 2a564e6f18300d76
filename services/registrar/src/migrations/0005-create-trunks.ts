import { asciiColumn, jsonColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('registrar_trunks', {
    name: textColumn(255),
    detail: textColumn(4096),
    domain_name: asciiColumn(31),
    auth_types: jsonColumn(),
    username: asciiColumn(64),
    allowed_ips: jsonColumn(),
    digest_algorithm: asciiColumn(16),
    realm: asciiColumn(255),
    ha1_md5: asciiColumn(32),
    ha1_sha256: asciiColumn(64),
  })
