import { expect, it } from 'vitest'
import { createNodeDns } from '../src/index.ts'

it('createNodeDns() knows the names of the machine itself', async () => expect(await createNodeDns().a('localhost')).toContain('127.0.0.1'))
