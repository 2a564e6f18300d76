import { expect, test } from 'vitest'
import { signRequest } from './sign-request.ts'

// "get-vanilla" and "post-vanilla" of the test suite that AWS publishes for Signature Version 4.
const signer = { keyId: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'us-east-1', service: 'service' }

test.each([
  ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('signRequest() signs a %s as AWS does', (method, signature) => {
  const wanted = { method, url: 'https://example.amazonaws.com/', headers: {}, body: '' }
  expect(signRequest(wanted, signer, Date.UTC(2015, 7, 30, 12, 36))).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  })
})
