import { GraphQLError } from 'graphql';
import type { MiddlewareFn } from 'type-graphql';
import type { PatientRow } from '../database/patients.js';
import { findStaff } from '../staff.js';
import type { Right, StaffMember } from '../staff.js';
import type { DemoContext } from './context.js';

/** Who is logged in. Throws UNAUTHENTICATED. */
export function requireStaff({ session }: DemoContext): StaffMember {
  const member = findStaff(session?.userId);
  if (member) return member;
  throw new GraphQLError('Log in first.', { extensions: { code: 'UNAUTHENTICATED' } });
}

/** Who is logged in, if they may do it. Throws UNAUTHENTICATED, FORBIDDEN. */
export function requireRight(context: DemoContext, right: Right): StaffMember {
  const member = requireStaff(context);
  if (member.rights.includes(right)) return member;
  throw new GraphQLError(`A ${member.role.toLowerCase()} may not do this.`, {
    extensions: { code: 'FORBIDDEN' },
  });
}

/**
 * For sensitive fields of a patient: who may not read one does not get its token, so no read grant either. What is read, or refused, is
 * written down.
 */
export const reads =
  (field: string, right: Right): MiddlewareFn<DemoContext> =>
  async ({ context, root }, next) => {
    const patient = root as PatientRow;
    try {
      requireRight(context, right);
    } catch (error) {
      if (context.session) noteAccess(context, 'REFUSED', patient, field);
      throw error;
    }
    const value: unknown = await next();
    if (value !== null && !(Array.isArray(value) && value.length === 0))
      noteAccess(context, 'OPENED', patient, field);
    return value;
  };

/** Entries of the operations that run, by action and patient: one for all fields of a patient. */
const entries = new WeakMap<DemoContext, Map<string, number>>();

function noteAccess(
  context: DemoContext,
  action: 'OPENED' | 'REFUSED',
  { id: patientId, name: patientName }: PatientRow,
  field: string,
): void {
  const { audit } = context.database;
  const own = entries.get(context) ?? new Map<string, number>();
  entries.set(context, own);
  const key = `${action} ${patientId}`;
  const entry = own.get(key);
  if (entry !== undefined) audit.addField(entry, field);
  else
    own.set(
      key,
      audit.record({ userId: context.session!.userId, action, patientId, patientName, fields: [field] }),
    );
}
