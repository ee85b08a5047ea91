import { LunaSec } from '@lunasec/node-sdk';
import type { NextRequest } from 'next/server';
import { readSession } from './session';

export const lunaSec = new LunaSec({
  applicationId: 'nextjs',
  origin: process.env.APP_ORIGIN ?? `http://localhost:${process.env.PORT ?? 3000}`,
  tokenizerURL: process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010',
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    // Next.js knows the request by itself; the parameter says of which kind it is.
    sessionIdProvider: async (_request: NextRequest) => (await readSession()).id ?? null,
  },
});
