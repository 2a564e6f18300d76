import type { IRegularForbiddenRuleType } from 'dependency-cruiser'

/**
 * What each package may import of the others; a package that is not named here may not exist. Dependencies point one way:
 * contracts ← bus, sql, cache ← service-kit ← services ← apps. sdp, rtp, sip and outbound know nothing of us; media builds on the
 * first three, services that reach strangers' servers on the last.
 */
export const packageLayers: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  bus: ['contracts'],
  sql: ['contracts'],
  cache: ['contracts'],
  'service-kit': ['contracts', 'bus', 'sql', 'cache'],
  outbound: [],
  sdp: [],
  rtp: [],
  sip: [],
  media: ['sdp', 'rtp', 'sip'],
  phone: ['sdp', 'rtp', 'sip'],
  speech: [],
  blob: [],
  mail: [],
  'test-kit': ['contracts', 'bus', 'sql', 'cache', 'service-kit', 'sdp', 'rtp', 'sip', 'media', 'phone', 'speech', 'mail'],
}

export const testFile = '(\\.test\\.tsx?$|/test/)'
const npm = (name: string): string => `(^|/)node_modules/${name}/`

/** Tests may use the test kit, whatever their layer. */
function layerRules(name: string, below: readonly string[]): readonly IRegularForbiddenRuleType[] {
  const may = [`^packages/${name}/`, ...below.map((lower) => `^packages/${lower}/`)]
  const comment = `packages/${name} may import ${below.length === 0 ? 'no other package' : `only ${below.join(', ')}`}`
  const rule = (from: IRegularForbiddenRuleType['from'], allowed: readonly string[]): IRegularForbiddenRuleType => ({
    name: `layer-${name}`,
    comment,
    severity: 'error',
    from,
    to: { path: '^packages/', pathNot: [...allowed] },
  })
  return [
    rule({ path: `^packages/${name}/`, pathNot: testFile }, may),
    rule({ path: `^packages/${name}/.*${testFile}` }, [...may, '^packages/test-kit/']),
  ]
}

type Edges = {
  readonly name: string
  readonly comment: string
  readonly from: IRegularForbiddenRuleType['from']
  readonly to: IRegularForbiddenRuleType['to']
}

const edges: readonly Edges[] = [
  { name: 'cycle', comment: 'Modules import one another in a circle', from: {}, to: { circular: true } },
  {
    name: 'unresolvable',
    comment: 'No such module, or not among the exports its package declares',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'contracts-zod-only',
    comment: 'contracts is the floor: it imports zod only',
    from: { path: '^packages/contracts/src/', pathNot: testFile },
    to: { pathNot: ['^packages/', npm('zod')] },
  },
  {
    name: 'service-to-service',
    comment: 'Services talk over the bus, through contracts',
    from: { path: '^services/([^/]+)/' },
    to: { path: '^services/', pathNot: '^services/$1/' },
  },
  { name: 'service-to-app', comment: 'Apps start services, not the other way', from: { path: '^services/' }, to: { path: '^apps/' } },
  {
    name: 'package-to-service-or-app',
    comment: 'Packages hold what has no business opinion',
    from: { path: '^packages/' },
    to: { path: '^(services|apps)/' },
  },
  {
    name: 'product-to-tooling',
    comment: 'What runs in production imports nothing of tools, e2e and bench',
    from: { path: '^(packages|services|apps)/' },
    to: { path: '^(tools|e2e|bench)/' },
  },
  {
    name: 'source-to-test',
    comment: 'Only tests import tests and the test kit',
    from: { pathNot: [testFile, '^packages/test-kit/', '^(tools|e2e|bench)/'] },
    to: { path: [testFile, '^packages/test-kit/'] },
  },
  {
    name: 'telephony-users',
    comment: 'Only services/switch, the test kit and the phone import sip, sdp, rtp and media',
    from: {
      path: '^(packages|services|apps)/',
      pathNot: ['^packages/(sip|sdp|rtp|media|phone|test-kit)/', '^services/switch/'],
    },
    to: { path: '^packages/(sip|sdp|rtp|media)/' },
  },
  {
    name: 'phone-users',
    comment: 'The phone is for people and tests: only its command and the test kit import it',
    from: { path: '^(packages|services|apps)/', pathNot: ['^packages/(phone|test-kit)/', '^apps/voipbin/src/commands/phone', testFile] },
    to: { path: '^packages/phone/' },
  },
  {
    name: 'console-contracts-only',
    comment: 'The console talks to the gateway only',
    from: { path: '^apps/console/' },
    to: { path: '^(packages|services|apps)/', pathNot: ['^apps/console/', '^packages/contracts/'] },
  },
  {
    name: 'kysely-outside-store',
    comment: 'The query builder belongs to store, migrations and packages/sql',
    from: { pathNot: ['^packages/sql/', '^services/[^/]+/src/(store|migrations)/'] },
    to: { path: npm('kysely') },
  },
  {
    name: 'amqp-outside-bus',
    comment: 'Only the RabbitMQ bus speaks AMQP',
    from: { pathNot: ['^packages/bus/(src|test)/rabbitmq', '^bench/bus'] },
    to: { path: npm('(amqplib|amqp-connection-manager|@types/amqplib)') },
  },
  { name: 'mysql-outside-sql', comment: 'SQL goes through packages/sql', from: { pathNot: '^packages/sql/' }, to: { path: npm('mysql2') } },
  {
    name: 'redis-outside-cache',
    comment: 'Redis goes through packages/cache',
    from: { pathNot: '^packages/cache/' },
    to: { path: npm('ioredis') },
  },
  {
    name: 'smtp-outside-mail',
    comment: 'Mails leave through packages/mail',
    from: { pathNot: '^packages/mail/' },
    to: { path: npm('nodemailer') },
  },
  {
    name: 'junk-drawer',
    comment: 'A helper lives beside its one user, or earns a package with a name',
    from: {},
    to: { path: '^(packages|services|apps)/.*/(common|shared|utils?|helpers?|misc)(/|\\.)' },
  },
]

export const dependencyRules: readonly IRegularForbiddenRuleType[] = [
  ...edges.map((edge): IRegularForbiddenRuleType => ({ severity: 'error', ...edge })),
  ...Object.entries(packageLayers).flatMap(([name, below]) => layerRules(name, below)),
]
