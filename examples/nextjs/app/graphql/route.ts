import { ApolloServer } from '@apollo/server';
import { startServerAndCreateNextHandler } from '@as-integrations/next';
import type { NextRequest } from 'next/server';
import { lunaSec } from '../../lib/lunasec';
import { schema, type Context } from '../../lib/schema';

const apollo = new ApolloServer<Context>({ schema, plugins: [lunaSec.apolloPlugin()] });
const handler = startServerAndCreateNextHandler<NextRequest, Context>(apollo, {
  context: async (req) => ({ req }),
});

export const POST = (request: NextRequest) => handler(request);
