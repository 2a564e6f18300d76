import { z } from 'zod'
import { id } from './fields.ts'

/** `<tm_create>~<id>` of the last row seen; a plain time is accepted too, as the original API does. */
const pageToken = z
  .string()
  .max(100)
  .regex(
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?Z?(~[0-9a-fA-F-]{36})?)?$/,
    'must be empty or a "next_page_token" of an earlier answer',
  )

export const pageFields = {
  page_size: z.int().min(1).max(1000).default(100),
  page_token: pageToken.default(''),
}
export const pageRequest = z.object(pageFields)
export type PageRequest = z.output<typeof pageRequest>

/** Input of a list method: whose rows, how many, from where. */
export const pageOfCustomer = z.object({ customer_id: id(), ...pageFields })
export type PageOfCustomer = z.output<typeof pageOfCustomer>

/** Newest first. `next_page_token` is empty only when `result` is: the end is an empty page. */
export const pageOf = <S extends z.ZodType>(item: S) => z.object({ result: z.array(item), next_page_token: z.string() })
export type Page<T> = { result: T[]; next_page_token: string }

export const byId = z.object({ id: id() })

/** Adds the tenant to an input. The gateway fills it in; a client can never choose it. */
export const ofCustomer = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) => schema.extend({ customer_id: id() })
