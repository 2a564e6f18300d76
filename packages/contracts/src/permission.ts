/** Bits of an agent's `permission`. */
export const permissions = {
  none: 0,
  projectSuperAdmin: 1,
  projectAll: 15,
  customerAgent: 16,
  customerAdmin: 32,
  customerManager: 64,
  customerAll: 240,
  all: 65535,
} as const

// Masks, as the API table names them: any bit of the mask is enough.
export const ProjectSuperAdmin = permissions.projectSuperAdmin
export const Admin = permissions.customerAdmin
export const AdminOrManager = permissions.customerAdmin | permissions.customerManager
export const AgentAdminOrManager = AdminOrManager | permissions.customerAgent
export const CustomerAll = permissions.customerAll
/** Every agent of the customer. */
export const All = permissions.all
/** Identity kind and ownership only. */
export const NoneChecked = 0

/** Whether a caller holding `held` passes `mask`. The project's superadmin always does; `All` passes for any caller of the tenant. */
export function isPermitted(held: number, mask: number): boolean {
  if (mask === NoneChecked || mask === All) return true
  if ((held & permissions.projectSuperAdmin) !== 0) return true
  return (held & mask) !== 0
}
