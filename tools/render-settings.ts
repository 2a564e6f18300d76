import { flagOf, platformSettings, type Settings } from '@voipbin/service-kit'
import { services } from '../apps/voipbin/src/services.ts'
import { appSettings } from '../apps/voipbin/src/settings.ts'

/** Every setting with its flag, default, unit and meaning, from the declarations that the start reads. */
export async function renderSettings(): Promise<string> {
  const sections: string[] = [section('Process', { ...platformSettings, ...appSettings })]
  for (const [name, entry] of Object.entries(services)) {
    if (entry.config) sections.push(section(`Service ${name}`, await entry.config()))
  }
  return `# Settings

Each is an environment variable and a flag of \`voipbin start\`; a flag stands over the variable. An unknown or malformed
\`VOIPBIN_*\` stops the start with a sentence that names it. \`voipbin start --lan\` sets \`VOIPBIN_HTTP_HOST\` and
\`VOIPBIN_SIP_HOST\` to \`0.0.0.0\`, where they are not set.

${sections.join('\n')}`
}

function section(title: string, settings: Settings): string {
  const rows = Object.values(settings).map(
    (setting) =>
      `| \`${setting.name}\` | \`${flagOf(setting)}\` | ${cell(setting.fallback)} | ${setting.unit} | ${setting.about.replaceAll('|', '\\|')} |`,
  )
  return `## ${title}\n\n| variable | flag | default | unit | what |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

const cell = (text: string) => (text === '' ? '' : `\`${text}\``)
