/** Two tenants, and ids that read as what they are. */
export const customer_id = '11111111-1111-4111-8111-111111111111'
export const otherCustomer = '22222222-2222-4222-8222-222222222222'
export const unknownId = '99999999-9999-4999-8999-999999999999'
