/** Where events of the audit should go, the database holds others: somebody else wrote or restored them. */
export class AuditConflictError extends Error {
  override name = 'AuditConflictError';

  constructor() {
    super('The database holds other audit events in the places of the ones to append.');
  }
}
