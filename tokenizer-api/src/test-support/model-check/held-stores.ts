import mongoose from 'mongoose';
import type { Stores } from '../../stores.js';
import type { Scheduler } from './scheduler.js';

/** Not held: the audit writes for all calls at once, and nobody waits for these alone. */
const free = [
  'appendAudit',
  'listAudit',
  'findAuditHeads',
  'readAudit',
  'readAuditChains',
  'addUsage',
  'keyIds',
];

/** The same stores, whose every call is held by the scheduler, before and after. */
export function hold(stores: Stores, scheduler: Pick<Scheduler, 'held'>): Stores {
  const held = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function' || free.includes(String(name))) return value;
        const method = value as (...args: unknown[]) => Promise<unknown>;
        return (...args: unknown[]) => scheduler.held(async () => method.apply(object, args));
      },
    });
  return { ...stores, tokens: held(stores.tokens), objects: held(stores.objects), keys: held(stores.keys) };
}

/**
 * Holds each command to MongoDB too, as several of them make up one call of the port. For all connections that are made
 * from then on. Not the commands with which a call begins anyway, and nowhere those of the audit.
 */
export function holdCommands({ command, commandDone }: Pick<Scheduler, 'command' | 'commandDone'>): void {
  mongoose.plugin((schema) => {
    if (schema.path('hash') !== undefined) return;
    for (const name of ['find', 'updateMany', 'deleteMany'] as const) {
      schema.pre(name, command);
      schema.post(name, commandDone);
    }
  });
}
