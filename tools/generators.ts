import { renderCompatibility } from '@voipbin/contracts/compatibility'
import { renderChangelog } from './render-changelog.ts'
import { renderSettings } from './render-settings.ts'

export type Generator = {
  /** Path from the root of the checkout. */
  readonly file: string
  /** The whole text of the file; must depend on the checkout only, never on the clock or the machine. */
  render(root: string): string | Promise<string>
}

/** Every file that is made from others. Add one line; `npm run generate` writes it, `npm run check` compares. */
export const generators: readonly Generator[] = [
  { file: 'CHANGELOG.md', render: renderChangelog },
  { file: 'docs/compatibility.md', render: renderCompatibility },
  { file: 'docs/settings.md', render: renderSettings },
]
