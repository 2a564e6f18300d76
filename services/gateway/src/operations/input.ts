/** What a method is called with. */
export type Input = Record<string, unknown>
type Texts = Readonly<Record<string, string | readonly string[] | undefined>>

/** The parts of a request from which its input is made. */
export type Sources = {
  readonly parameters: Readonly<Record<string, string | undefined>>
  readonly query: Texts
  /** Of a JSON object. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** Of a multipart form: texts, like a query. */
  readonly form?: Texts | undefined
  readonly file?: unknown
}
