import { defineContract, mutation, query } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { ofCustomer, pageOf, pageOfCustomer } from '@voipbin/contracts/page'
import { z } from 'zod'

export const letter = entity('letter', { text: z.string().max(255) }, { get: 'getLetter' })

/** A listener and a target of durable requests for tests of the kernel. */
export const mailContract = defineContract({
  service: 'mail',
  events: { letter_posted: letter, letter_deleted: letter },
  methods: {
    listLetters: query(pageOfCustomer, pageOf(letter)),
    postLetter: mutation(ofCustomer(letter.pick({ text: true })), letter),
  },
  api: {},
})
export type Mail = typeof mailContract
