import {
  booleanColumn,
  createTokenTable,
  idColumn,
  integerColumn,
  jsonColumn,
  type Migration,
  nullable,
  numberColumn,
  textColumn,
} from '../../src/index.ts'

export const up: Migration = async (schema) => {
  await schema.createEntityTable('sample_samples', {
    name: textColumn(255),
    detail: textColumn(4096),
    note: nullable(textColumn(20)),
    hint: nullable(textColumn(20)),
    status: textColumn(16),
    owner_id: idColumn(),
    is_open: booleanColumn(),
    was_open: nullable(booleanColumn()),
    count: integerColumn(),
    ratio: numberColumn(),
    limit_count: nullable(integerColumn()),
    order: jsonColumn(),
    options: nullable(jsonColumn()),
    password: textColumn(64),
    hidden: textColumn(64),
  })
  await schema.createLiveKey('sample_samples', 'hint', textColumn(20))
  await createTokenTable(schema, 'sample_tokens')
}
