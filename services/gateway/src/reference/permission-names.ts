import { permissions } from '@voipbin/contracts/permission'

const bits = [
  [permissions.customerAdmin, 'admin'],
  [permissions.customerManager, 'manager'],
  [permissions.customerAgent, 'agent'],
] as const

/** What a mask asks for, in words. */
export function permissionName(mask: number): string {
  if (mask === permissions.none) return 'none needed'
  if (mask === permissions.all) return 'any agent of the customer'
  if (mask === permissions.customerAll) return 'any permission of the customer'
  if (mask === permissions.projectSuperAdmin) return 'superadmin of the project'
  const names = bits.filter(([bit]) => (mask & bit) !== 0).map(([, name]) => name)
  return names.length > 0 ? names.join(' or ') : String(mask)
}
