import type { LunaSec } from '@lunasec/node-sdk';
import type { Request } from 'express';
import type { DemoDatabase, SessionRow } from '../database.js';

/** What every resolver gets. `req` is also where the node-sdk looks for the session. */
export interface DemoContext {
  req: Request;
  database: DemoDatabase;
  lunaSec: LunaSec;
  session: SessionRow | null;
  startSession(userId: string): void;
  endSession(): Promise<void>;
}
