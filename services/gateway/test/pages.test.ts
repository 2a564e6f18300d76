import { agentContract } from '@voipbin/contracts/agent'
import type { Contract } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import { aCustomer, requireChromium } from '@voipbin/test-kit'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from './world.ts'

const executablePath = requireChromium()
const { 'POST /auth/password-reset': entry } = agentContract.api
/** Only the one operation of agents that a page uses: the others would meet those of things. */
const passwordContract: Contract = { ...agentContract, api: entry ? { 'POST /auth/password-reset': entry } : {} }
const link = 'a'.repeat(64)

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser
  let world: World
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    const answers = {
      verifyEmail: () => ({ customer: aCustomer() }),
      resetPassword: () => ({}),
    }
    world = await startWorld({ answers, contracts: [passwordContract] })
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })
  beforeEach(async () => {
    page = await browser.newPage()
    complaints = []
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  })
  afterEach(() => page.close())
  const visible = (selector: string) => page.locator(selector).filter({ visible: true }).count()

  describe('the reference', () => {
    test('is filtered by words, says when nothing is left, and shows all again', async () => {
      await page.goto(`${world.url}/docs`)
      const all = await visible('main article')
      await page.fill('#filter', 'put nothing')
      expect(await visible('main article')).toBe(0)
      expect(await visible('#none')).toBe(1)
      await page.fill('#filter', 'PUT /things')
      expect(
        await page
          .locator('main article')
          .filter({ visible: true })
          .evaluateAll((found) => found.map(({ id }) => id)),
      ).toEqual([...['PutThingsId', 'PutThingsIdPartsPartId']])
      expect(await visible('nav li')).toBe(2)
      expect(page.url()).toContain('q=PUT')
      await page.press('#filter', 'Escape')
      expect(await visible('main article')).toBe(all)
      expect(complaints).toEqual([])
    })

    test('opens at what a link names, also where a filter hides it', async () => {
      await page.goto(`${world.url}/docs?q=event#GetThingsId`)
      await expect.poll(() => page.locator('#GetThingsId').isVisible()).toBe(true)
      expect(await page.locator('#GetThingsId').evaluate((found) => Math.round(found.getBoundingClientRect().top))).toBeLessThan(200)
    })

    test('can be read without JavaScript', async () => {
      const plain = await browser.newPage({ javaScriptEnabled: false })
      await plain.goto(`${world.url}/docs#PostThings`)
      expect(await plain.locator('#PostThings').isVisible()).toBe(true)
      expect(await plain.locator('#filter').isVisible()).toBe(false)
      await plain.close()
    })

    test.each([320, 390, 768, 1400])('fits into %i pixels', async (width) => {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(`${world.url}/docs`)
      expect(await page.locator('html').evaluate((root) => root.scrollWidth)).toBe(width)
      expect(await page.locator('nav details').evaluate((contents) => contents.hasAttribute('open'))).toBe(width > 896)
    })
  })

  describe('the page of a mailed link', () => {
    const wait = () => page.locator('#said:not(:empty)').textContent()

    test('sets a new password that was typed twice', async () => {
      await page.goto(`${world.url}/auth/password-reset?token=${link}`)
      await page.fill('#password', 'long enough')
      await page.fill('#repeated', 'long enuogh')
      await page.click('button')
      expect(await wait()).toBe('The two passwords differ.')
      expect(world.lastInput('resetPassword')).toBeUndefined()
      await page.check('#shown')
      expect(await page.locator('#repeated').getAttribute('type')).toBe('text')
      await page.fill('#repeated', 'long enough')
      await page.click('button')
      await expect.poll(wait).toContain('Your password is changed')
      expect(world.lastInput('resetPassword')).toEqual({ token: link, password: 'long enough' })
      expect(await page.locator('form').isVisible()).toBe(false)
      expect(complaints).toEqual([])
    })

    test('sends no password that is too short', async () => {
      await page.goto(`${world.url}/auth/password-reset?token=${link}`)
      await page.fill('#password', 'short')
      await page.fill('#repeated', 'short')
      await page.click('button')
      expect(await page.locator('#password').evaluate((input) => input.matches(':invalid'))).toBe(true)
      expect(await page.locator('#said').textContent()).toBe('')
    })

    test('says why it was refused, and can be tried again', async () => {
      const before = world.answers['verifyEmail']
      world.answers['verifyEmail'] = () => {
        throw new ServiceError('INVALID_ARGUMENT', 'INVALID_TOKEN', 'The link is <too> old')
      }
      await page.goto(`${world.url}/auth/email-verify?token=${link}`)
      await page.click('button')
      expect(await wait()).toBe('The link is <too> old')
      if (before) world.answers['verifyEmail'] = before
      await page.click('button')
      await expect.poll(wait).toContain('Your address is verified')
    })

    test('explains itself where half a link was opened', async () => {
      await page.goto(`${world.url}/auth/password-reset?token=${link.slice(1)}`)
      expect(await page.locator('h1').textContent()).toBe('The link is not whole')
      expect(await page.locator('form').count()).toBe(0)
    })

    test('says that it needs JavaScript where there is none', async () => {
      const plain = await browser.newPage({ javaScriptEnabled: false })
      await plain.goto(`${world.url}/auth/email-verify?token=${link}`)
      expect(await plain.getByText('This page needs JavaScript.').isVisible()).toBe(true)
      expect(await plain.locator('form').isVisible()).toBe(false)
      await plain.close()
    })
  })
})
