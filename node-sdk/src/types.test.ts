import type { ApolloServerPlugin } from '@apollo/server';
import { test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { ProblemCode } from './errors/index.js';
import { RateLimitedError } from './errors/index.js';
import type { GrantExpiredError, LunaSecError } from './errors/index.js';
import { LunaSec } from './index.js';
import type { AppRequest, CallReport, Grant, LunaSecOptions, TokenRecord } from './index.js';
import { createTestLunaSec } from './testing/index.js';
import type { TestSession } from './testing/index.js';

// What matters here is checked by the compiler: these functions are never called.
const withRequest = <TRequest extends object>(provider: (request: TRequest) => string | null) =>
  LunaSec.create({
    applicationId: 'app',
    tokenizerURL: 'https://tokenizer.test',
    origin: 'https://app.test',
    auth: { secrets: { source: 'environment' }, sessionIdProvider: provider },
  });

test('the request of sessionIdProvider is the one that all else takes', () => {
  async function check() {
    const onFastify = await withRequest((request: FastifyRequest) => request.id);
    expectTypeOf(onFastify).toEqualTypeOf<LunaSec<FastifyRequest>>();
    expectTypeOf(onFastify.endSession).parameter(0).toEqualTypeOf<FastifyRequest>();
    expectTypeOf(onFastify.grants.createWithAutomaticSessionId).parameter(0).toEqualTypeOf<FastifyRequest>();

    const onExpress = new LunaSec({} as LunaSecOptions);
    expectTypeOf(onExpress).toEqualTypeOf<LunaSec<AppRequest>>();
    expectTypeOf<AppRequest>().toExtend<IncomingMessage>();
    const onFetch = await withRequest((request: Request & { session: string }) => request.session);
    expectTypeOf(onFetch.fetchHandler()).parameter(0).toEqualTypeOf<Request & { session: string }>();
    expectTypeOf(onFetch.fetchHandler()).returns.resolves.toEqualTypeOf<Response>();

    // @ts-expect-error a request of Node is none of Fastify
    await onFastify.endSession({} as IncomingMessage);
  }
  expectTypeOf(check).returns.resolves.toBeVoid();
});

test('the context of operations flows into the plugins', () => {
  interface Context {
    request: IncomingMessage;
    user: string;
  }
  const check = (lunaSec: LunaSec) => lunaSec.apolloPlugin<Context>({ request: ({ request }) => request });
  expectTypeOf(check).returns.toEqualTypeOf<ApolloServerPlugin<Context>>();
  // @ts-expect-error a context has what it has
  const wrong = (lunaSec: LunaSec) => lunaSec.apolloPlugin<Context>({ request: ({ req }) => req });
  expectTypeOf(wrong).toBeFunction();
});

test('answers have no undefined corners', () => {
  type Grants = LunaSec['grants'];
  expectTypeOf<Grants['create']>().returns.resolves.toEqualTypeOf<Grant[]>();
  expectTypeOf<Grant>().toEqualTypeOf<{ token: string; expiresAt: Date }>();
  expectTypeOf<LunaSec['findToken']>().returns.resolves.toEqualTypeOf<TokenRecord | null>();
  expectTypeOf<CallReport['code']>().toEqualTypeOf<ProblemCode | null>();
  const check = async (lunaSec: LunaSec) => {
    for await (const record of lunaSec.findTokens()) expectTypeOf(record).toEqualTypeOf<TokenRecord>();
  };
  expectTypeOf(check).toBeFunction();
});

test('errors are told apart by class or code', () => {
  const check = (error: LunaSecError) => {
    expectTypeOf(error.code).toEqualTypeOf<ProblemCode>();
    if (error instanceof RateLimitedError) expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
  };
  expectTypeOf(check).toBeFunction();
  expectTypeOf<GrantExpiredError['code']>().toEqualTypeOf<'GRANT_EXPIRED'>();
});

test('the testing kit is a LunaSec', () => {
  const lunaSec = createTestLunaSec();
  expectTypeOf(lunaSec).toExtend<LunaSec<IncomingMessage>>();
  expectTypeOf(lunaSec.asSession).returns.toEqualTypeOf<TestSession>();
});
