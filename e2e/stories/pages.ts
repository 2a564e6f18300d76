import { requireChromium } from '@voipbin/test-kit'
import { chromium, type Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { gatewayUrls } from '../http.ts'
import { claimsOf, mailedToken, postSignUp, signIn } from '../people.ts'
import type { Scene } from '../scene.ts'

/** What a person sees: the pages that mails lead to, and the reference. */
export function pageStories(scene: Scene): void {
  const executablePath = requireChromium()
  test.skipIf(executablePath === undefined)(
    'a person answers the mails in a browser, chooses a password, signs in, and reads on',
    async () => {
      const { world } = scene
      const [url = ''] = gatewayUrls(world)
      const email = `${crypto.randomUUID()}@example.com`
      const { customer } = await postSignUp(world, email)
      const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] })
      try {
        const page = await browser.newPage()
        await page.goto(`${url}/auth/email-verify?token=${await mailedToken(world, email, 'Confirm your e-mail address')}`)
        await page.getByRole('button', { name: 'Verify' }).click()
        await said(page, 'Your address is verified')

        await page.goto(`${url}/auth/password-reset?token=${await mailedToken(world, email, 'Set your password')}`)
        await page.getByLabel('New password').fill('correct horse')
        await page.getByLabel('The same once more').fill('correct horse')
        await page.getByRole('button', { name: 'Save' }).click()
        await said(page, 'Your password is changed')
        expect(claimsOf(await signIn(world, email, 'correct horse')).agent.customer_id).toBe(customer.id)

        await page.reload()
        await page.getByLabel('New password').fill('once more, please')
        await page.getByLabel('The same once more').fill('once more, please')
        await page.getByRole('button', { name: 'Save' }).click()
        await said(page, 'used already')

        await page.goto(`${url}/docs`)
        await page.getByRole('searchbox').fill('post auth login')
        expect(await page.locator('main article').filter({ visible: true }).count()).toBe(1)
      } finally {
        await browser.close()
      }
    },
  )
}

const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
