import { customRoutes } from '../src/gateway.ts'
import { readApiDocument } from './api-document.ts'
import { additions, compareApi, type State, type Verdict } from './compare-api.ts'
import { deliberateDifferences } from './deliberate.ts'
import { loadContracts } from './load-contracts.ts'

/** `docs/compatibility.md`: how far the public API goes along with the original. */
export async function renderCompatibility(root: string): Promise<string> {
  const document = readApiDocument(root)
  const contracts = await loadContracts(root)
  const verdicts = compareApi(document, contracts, customRoutes)
  const sections = [...groupByService(verdicts)].map(([service, group]) => `### ${service}\n\n${table(group)}`)
  const own = additions(document, contracts)
  return `# Compatibility

Every operation of the original public API and how far it is served: \`fits\` is declared in a contract and held to the original by a
test; \`custom\` is a route of the gateway's own; \`not yet\` answers 404.

${summary(verdicts)}

## Differences on purpose

${deliberateDifferences.map((difference) => `- ${difference}`).join('\n')}

## Additions

${own.length === 0 ? 'None.' : own.map((key) => `- \`${key}\``).join('\n')}

## Operations

${sections.join('\n\n')}
`
}

/** One line for people who run the test, and the head of the page. */
export function summary(verdicts: readonly Verdict[]): string {
  const count = (state: State) => verdicts.filter((verdict) => verdict.state === state).length
  return `${verdicts.length} operations: ${count('fits')} fit, ${count('custom')} custom, ${count('not yet')} not yet.`
}

function groupByService(verdicts: readonly Verdict[]): ReadonlyMap<string, readonly Verdict[]> {
  const groups = Map.groupBy(verdicts, ({ operation }) => operation.service ?? 'gateway')
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)))
}

function table(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(
    ({ operation, state, notes }) => `| \`${operation.method} ${operation.path}\` | ${state} | ${notes.join('; ')} |`,
  )
  return `| operation | state | |\n| --- | --- | --- |\n${rows.join('\n')}`
}
