import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { StoredAuditEntry } from '../database/audit.js';
import { findStaff } from '../staff.js';
import type { StaffMember } from '../staff.js';
import type { DemoContext } from './context.js';
import { requireRight } from './rights.js';
import { AuditEntry } from './types.js';

@Resolver()
export class AuditResolver {
  @Query(() => [AuditEntry], { description: 'The latest first; 1 to 200 of them. READ_AUDIT.' })
  audit(
    @Ctx() context: DemoContext,
    @Arg('first', () => Int, { defaultValue: 50 }) first: number,
  ): (StoredAuditEntry & { by: StaffMember | null })[] {
    requireRight(context, 'READ_AUDIT');
    const count = Math.min(200, Math.max(1, first));
    return context.database.audit.latest(count).map((entry) => ({ ...entry, by: findStaff(entry.userId) }));
  }
}
