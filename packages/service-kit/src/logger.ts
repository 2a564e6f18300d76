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

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** Names of fields whose values never reach a log, wherever they stand: `token`, `sip_password`, `clientSecret`, `api_key`. */
const SECRET_FIELD = /(passw(or)?d|secret|token|token_?hash|authorization|cookie|(api|access|private)[_-]?key)$/i

/** @param sink default: standard output */
export function createLogger(level: LogLevel, fields: LogFields, sink: LogSink = standardOutput()): Logger {
  return withFields({ level, sink }, fields)
}

type Target = { readonly level: LogLevel; readonly sink: LogSink }

/** @param common fields of every line */
function withFields({ level, sink }: Target, common: LogFields): Logger {
  const base = textOf(common)
  const least = level === 'silent' ? LEVELS.length : LEVELS.indexOf(level)
  const at = (name: (typeof LEVELS)[number]) => {
    if (LEVELS.indexOf(name) < least) return () => undefined
    return (message: string, fields?: LogFields) => {
      const own = fields ? textOf(fields) : ''
      const head = `"timestamp":"${new Date().toISOString()}","level":"${name}"`
      sink.write(`{${[head, base, `"message":${JSON.stringify(message)}`, own].filter(Boolean).join(',')}}\n`)
    }
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => withFields({ level, sink }, { ...common, ...fields }),
  }
}

/** JSON of the fields without the braces around it. A value that is no JSON must not cost the line, nor its caller. */
function textOf(fields: LogFields): string {
  try {
    return (isPlain(fields) ? JSON.stringify(fields) : JSON.stringify(fields, showable)).slice(1, -1)
  } catch (error) {
    return `"unreadable_fields":${JSON.stringify(String(error))}`
  }
}

/** Nothing to hide and nothing to look into, as in almost every line: then no replacer is called for each field. */
function isPlain(fields: LogFields): boolean {
  for (const name in fields) {
    const value = fields[name]
    if ((typeof value === 'object' && value !== null) || typeof value === 'bigint' || isSecret(name)) return false
  }
  return true
}

const judged = new Map<string, boolean>()
/** Field names come from the code and from what it logs; past this many they are judged each time. */
const NAMES_KEPT = 1000

function isSecret(name: string): boolean {
  const known = judged.get(name)
  if (known !== undefined) return known
  const verdict = SECRET_FIELD.test(name)
  if (judged.size < NAMES_KEPT) judged.set(name, verdict)
  return verdict
}

function showable(name: string, value: unknown): unknown {
  if (value !== undefined && value !== null && isSecret(name)) return '[hidden]'
  if (value instanceof Error) return describe(value)
  return typeof value === 'bigint' ? String(value) : value
}

/** Name, message, reason, stack and causes; not what else a library hangs on its errors, which may be a whole request. */
function describe(error: Error): LogFields {
  const { name, message, stack, cause } = error
  return { name, message, ...('reason' in error && { reason: error.reason }), stack, ...(cause !== undefined && { cause }) }
}

function standardOutput(): LogSink {
  // Who reads the log may go away before us: `voipbin start | head`.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined)
  let lines = ''
  const flush = () => {
    if (lines === '') return
    const text = lines
    lines = ''
    process.stdout.write(text)
  }
  process.on('exit', flush)
  return {
    // The lines of one turn of the event loop are one write.
    write(line) {
      if (lines === '') setImmediate(flush)
      lines += line
    },
  }
}
