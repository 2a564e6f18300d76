import { pino } from 'pino'

export type LogFields = Readonly<Record<string, unknown>>
/** One JSON line a call: `{timestamp, level, service, instance, message, …fields}`. Fields are named as on the wire: `request_id`, `call_id`. */
export type Logger = {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  child(fields: LogFields): Logger
}
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type LogSink = { write(line: string): void }

/** Names of fields whose values never reach a log, wherever they stand. */
const secretFields: ReadonlySet<string> = new Set([
  ...['token', 'password', 'secret', 'authorization', 'cookie', 'token_hash', 'api_key', 'accesskey'],
])
/** Fields of fields are looked at down to here; what lies deeper is left out. */
const MAX_DEPTH = 6

export function createLogger(level: LogLevel, fields: LogFields, sink?: LogSink): Logger {
  const options = {
    level,
    base: fields,
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return wrap(sink ? pino(options, sink) : pino(options, pino.destination({ fd: 1, sync: true })))
}

type PinoLogger = ReturnType<typeof pino>

function wrap(logger: PinoLogger): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    fields === undefined ? logger[level](message) : logger.isLevelEnabled(level) && logger[level](printable(fields), message)
  const child = (fields: LogFields) => wrap(logger.child(printable(fields)))
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child }
}

const printable = (fields: LogFields): LogFields => withoutSecrets(withError(fields), 0) as LogFields

/** The value itself where there is nothing to hide in it, as in nearly every line; pino's own redaction takes six times the line. */
function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) return '[deeper]'
  let copy: Record<string, unknown> | unknown[] | undefined
  for (const [key, field] of Object.entries(value)) {
    const shown = secretFields.has(key) ? '[hidden]' : withoutSecrets(field, depth + 1)
    if (shown === field) continue
    copy ??= Array.isArray(value) ? [...value] : { ...value }
    Object.assign(copy, { [key]: shown })
  }
  return copy ?? value
}

/** An Error under `error` becomes its name, message, stack and causes. */
function withError(fields: LogFields): LogFields {
  return fields['error'] instanceof Error ? { ...fields, error: describe(fields['error']) } : fields
}

function describe(error: Error): LogFields {
  const cause = error.cause instanceof Error ? { cause: describe(error.cause) } : {}
  const reason = 'reason' in error ? { reason: error.reason } : {}
  return { name: error.name, message: error.message, ...reason, stack: error.stack, ...cause }
}
