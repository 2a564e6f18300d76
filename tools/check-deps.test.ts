import { afterAll, describe, expect, test } from 'vitest'
import { dependencyRules, packageLayers } from './dependency-rules.ts'
import { type PlantedTree, plantTree } from './planted-tree.ts'

type Plant = { readonly rule: string; readonly file: string; readonly text: string }

const use = (specifier: string): string => `import * as used from '${specifier}'\nconsole.log(used)\n`
const typeOf = (specifier: string): string => `export type Used = typeof import('${specifier}')\n`

const plants: readonly Plant[] = [
  { rule: 'cycle', file: 'services/left/src/one.ts', text: use('./two.ts') },
  { rule: 'unresolvable', file: 'services/left/src/past-by-name.ts', text: use('@voipbin/bus/src/index.ts') },
  { rule: 'unresolvable', file: 'services/left/src/nowhere.ts', text: use('./nowhere-at-all.ts') },
  { rule: 'contracts-zod-only', file: 'packages/contracts/src/reads-files.ts', text: use('node:fs') },
  { rule: 'contracts-zod-only', file: 'packages/contracts/src/builds-queries.ts', text: use('kysely') },
  { rule: 'service-to-service', file: 'services/left/src/neighbour.ts', text: use('@voipbin/right') },
  { rule: 'service-to-service', file: 'services/left/src/neighbour-type.ts', text: typeOf('@voipbin/right') },
  { rule: 'service-to-service', file: 'services/left/src/neighbour-late.ts', text: `export const late = () => import('@voipbin/right')\n` },
  { rule: 'service-to-app', file: 'services/left/src/app.ts', text: use('@voipbin/voipbin') },
  { rule: 'package-to-service-or-app', file: 'packages/service-kit/src/service.ts', text: use('@voipbin/left') },
  { rule: 'package-to-service-or-app', file: 'packages/service-kit/src/app.ts', text: use('@voipbin/voipbin') },
  { rule: 'product-to-tooling', file: 'services/left/src/tooling.ts', text: use('../../../tools/source-files.ts') },
  { rule: 'source-to-test', file: 'services/left/src/leans-on-test.ts', text: use('./plain.test.ts') },
  { rule: 'source-to-test', file: 'services/left/src/leans-on-test-kit.ts', text: use('@voipbin/test-kit') },
  { rule: 'telephony-users', file: 'services/left/src/sends-sip.ts', text: use('@voipbin/sip') },
  { rule: 'telephony-users', file: 'apps/voipbin/src/media.ts', text: use('@voipbin/media') },
  { rule: 'phone-users', file: 'services/left/src/dials.ts', text: use('@voipbin/phone') },
  { rule: 'phone-users', file: 'apps/voipbin/src/dials.ts', text: use('@voipbin/phone') },
  { rule: 'console-contracts-only', file: 'apps/console/src/bus.ts', text: use('@voipbin/bus') },
  { rule: 'console-contracts-only', file: 'apps/console/src/service.ts', text: use('@voipbin/left') },
  { rule: 'past-exports', file: 'services/left/src/past-by-path.ts', text: use('../../../packages/bus/src/index.ts') },
  { rule: 'past-exports', file: 'tools/past-by-path.ts', text: use('../packages/bus/src/index.ts') },
  { rule: 'kysely-outside-store', file: 'services/left/src/methods/query.ts', text: use('kysely') },
  { rule: 'amqp-outside-bus', file: 'packages/bus/src/local-bus.ts', text: use('amqplib') },
  { rule: 'mysql-outside-sql', file: 'services/left/src/store/rows.ts', text: use('mysql2/promise') },
  { rule: 'redis-outside-cache', file: 'services/left/src/redis.ts', text: use('ioredis') },
  { rule: 'smtp-outside-mail', file: 'services/left/src/mail.ts', text: use('nodemailer') },
  { rule: 'junk-drawer', file: 'services/left/src/drawer.ts', text: use('./utils.ts') },
  { rule: 'undeclared', file: 'services/left/src/hoisted.ts', text: use('pino') },
  { rule: 'undeclared', file: 'services/left/src/development.ts', text: use('vitest') },
  ...Object.entries(packageLayers).flatMap(([name, below]) => {
    const forbidden = Object.keys(packageLayers).find((other) => other !== name && !below.includes(other))
    return forbidden === undefined
      ? []
      : [{ rule: `layer-${name}`, file: `packages/${name}/src/too-high.ts`, text: use(layerName(forbidden)) }]
  }),
]

/** What must stay allowed; a rule that forbids everything would catch its plant too. The first two are the far ends of plants. */
const allowed: readonly Omit<Plant, 'rule'>[] = [
  { file: 'services/left/src/two.ts', text: use('./one.ts') },
  { file: 'services/left/src/utils.ts', text: use('./index.ts') },
  { file: 'services/left/src/plain.test.ts', text: `${use('vitest')}export * from '@voipbin/test-kit'\n` },
  { file: 'services/left/src/store/rows-of-left.ts', text: use('kysely') },
  { file: 'services/left/src/kit.ts', text: use('@voipbin/service-kit') },
  { file: 'services/left/src/contract.ts', text: use('@voipbin/contracts/index') },
  { file: 'packages/bus/src/rabbitmq-bus.ts', text: use('amqplib') },
  { file: 'packages/bus/test/rabbitmq-cut.test.ts', text: use('amqplib') },
  { file: 'packages/bus/test/bus.test.ts', text: use('@voipbin/test-kit') },
  { file: 'packages/sql/src/mysql-engine.ts', text: use('mysql2/promise') },
  { file: 'packages/media/src/legs.ts', text: use('@voipbin/rtp') },
  { file: 'tools/by-name.ts', text: use('@voipbin/service-kit') },
  { file: 'tools/reads-app.ts', text: use('../apps/voipbin/src/index.ts') },
  { file: 'apps/console/src/contract.ts', text: use('@voipbin/contracts/index') },
  { file: 'apps/voipbin/src/services.ts', text: use('@voipbin/left') },
  { file: 'apps/voipbin/src/commands/phone/call.ts', text: use('@voipbin/phone') },
]

function layerName(name: string): string {
  return name === 'contracts' ? '@voipbin/contracts/index' : `@voipbin/${name}`
}

const trees: PlantedTree[] = []
function newTree(): PlantedTree {
  const tree = plantTree()
  trees.push(tree)
  return tree
}
afterAll(() => {
  for (const tree of trees) tree.remove()
})

const check = (tree: PlantedTree) => tree.run(process.execPath, ['tools/check-deps.ts'])

describe('check-deps', () => {
  test('finds nothing in a clean tree', async () => {
    expect(await check(newTree())).toMatchObject({ code: 0, text: expect.stringContaining('no violation') })
  })

  test('has a planted violation for every rule', () => {
    const planted = new Set(plants.map(({ rule }) => rule))
    const withoutPlant = dependencyRules.filter(({ name }) => !planted.has(name ?? '')).map(({ name }) => name)
    expect([...new Set(withoutPlant)]).toEqual([])
  })

  test('catches each planted violation and nothing else', async () => {
    const tree = newTree()
    for (const { file, text } of [...plants, ...allowed]) tree.write(file, text)
    const { code, text } = await check(tree)
    expect(code).toBe(1)
    for (const { rule, file } of plants) expect(text).toMatch(new RegExp(`^${rule}: ${file} → `, 'm'))
    for (const { file } of allowed.slice(2)) expect(text).not.toMatch(new RegExp(`^[^:]+: ${file} → `, 'm'))
  })

  test('refuses a package that has no layer', async () => {
    const tree = newTree()
    tree.write('packages/common/src/index.ts', 'export const misc = 1\n')
    expect(await check(tree)).toMatchObject({ code: 1, text: expect.stringContaining('unknown-package: packages/common') })
  })

  test('fails when dependency-cruiser reads nothing, as with TypeScript 7 alone', async () => {
    const tree = newTree()
    tree.write(
      'tools/dependency-cruiser.ts',
      `export { cruise } from 'dependency-cruiser'\nexport { default as extractTsConfig } from '${import.meta.resolve('dependency-cruiser/config-utl/extract-ts-config')}'\n`,
    )
    const { code, text } = await check(tree)
    expect(code).toBe(1)
    expect(text).toContain('unread: packages/bus/src/index.ts')
  })
})
