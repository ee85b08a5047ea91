import type { LunaSec } from '@lunasec/node-sdk';
import type { Request } from 'express';
import type { Database } from '../database.js';
import type { SessionRow } from '../database/sessions.js';

/** What every resolver gets. `req` is also where the node-sdk looks for the session. */
export interface DemoContext {
  req: Request;
  database: Database;
  lunaSec: LunaSec;
  session: SessionRow | null;
  startSession(userId: string): void;
  endSession(): Promise<void>;
}
