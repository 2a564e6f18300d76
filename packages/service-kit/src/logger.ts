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
const SECRET_FIELDS = ['token', 'password', 'secret', 'authorization', 'cookie', 'token_hash', 'api_key', 'accesskey']

export function createLogger(level: LogLevel, fields: LogFields, sink?: LogSink): Logger {
  const options = {
    level,
    base: fields,
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[hidden]' },
  }
  return wrap(sink ? pino(options, sink) : pino(options, pino.destination({ fd: 1, sync: true })))
}

type PinoLogger = ReturnType<typeof pino>

function wrap(logger: PinoLogger): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    logger[level](fields ? withError(fields) : {}, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: (fields) => wrap(logger.child(fields)) }
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
