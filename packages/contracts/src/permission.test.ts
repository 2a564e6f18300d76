import { describe, expect, test } from 'vitest'
import {
  Admin,
  AdminOrManager,
  AgentAdminOrManager,
  All,
  CustomerAll,
  isPermitted,
  NoneChecked,
  ProjectSuperAdmin,
  permissions,
} from './permission.ts'

describe('masks', () => {
  test('are those of the original API', () => {
    expect({ ProjectSuperAdmin, Admin, AdminOrManager, AgentAdminOrManager, CustomerAll, All, NoneChecked }).toEqual({
      ProjectSuperAdmin: 1,
      Admin: 32,
      AdminOrManager: 96,
      AgentAdminOrManager: 112,
      CustomerAll: 240,
      All: 65535,
      NoneChecked: 0,
    })
  })
})

describe('isPermitted()', () => {
  const { none, projectSuperAdmin, projectAll, customerAgent, customerAdmin, customerManager, customerAll, all } = permissions
  const refused: readonly [number, number][] = [
    [none, Admin],
    [none, ProjectSuperAdmin],
    [customerAgent, Admin],
    [customerAgent, AdminOrManager],
    [customerManager, Admin],
    [customerAdmin, ProjectSuperAdmin],
    [customerAll, ProjectSuperAdmin],
    // A project bit other than the superadmin's opens nothing of a customer.
    [2, CustomerAll],
  ]
  const passed: readonly [number, number][] = [
    [customerAdmin, Admin],
    [customerAdmin, AdminOrManager],
    [customerManager, AdminOrManager],
    [customerAgent, AgentAdminOrManager],
    [customerAgent, CustomerAll],
    [customerAdmin | customerAgent, Admin],
    [projectSuperAdmin, Admin],
    [projectSuperAdmin, ProjectSuperAdmin],
    [projectAll, AdminOrManager],
    [all, ProjectSuperAdmin],
    [none, All],
    [none, NoneChecked],
  ]

  test.each(refused)('refuses %d under mask %d', (held, mask) => {
    expect(isPermitted(held, mask)).toBe(false)
  })

  test.each(passed)('passes %d under mask %d', (held, mask) => {
    expect(isPermitted(held, mask)).toBe(true)
  })
})
