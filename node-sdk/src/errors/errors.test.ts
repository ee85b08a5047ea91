import { describe, expect, test } from '@jest/globals';
import { buildSchema, graphql } from 'graphql';
import {
  createError,
  LunaSecError,
  problemCodes,
  RateLimitedError,
  StoreGrantMissingError,
} from './index.js';

describe('errors', () => {
  test.each(problemCodes)('%s has a class of its own', (code) => {
    const error = createError(code, 'why', { path: ['a', 0] });
    expect(error).toBeInstanceOf(LunaSecError);
    expect(error.code).toBe(code);
    expect(error.name).toBe(error.constructor.name);
    expect(error.message).toBe('why');
    expect(error.path).toEqual(['a', 0]);
  });

  test('no two codes share a class', () => {
    expect(new Set(problemCodes.map((code) => createError(code, '').constructor)).size).toBe(
      problemCodes.length,
    );
  });

  test('become GraphQL errors with code and path, and without their cause', () => {
    const error = new StoreGrantMissingError('not yours', { cause: new Error('secret'), path: ['save'] });
    expect(error.toGraphQLError().toJSON()).toEqual({
      message: 'not yours',
      path: ['save'],
      extensions: { code: 'STORE_GRANT_MISSING' },
    });
    expect(error.toGraphQLError({ path: ['save', 'token'] }).toJSON()).toMatchObject({
      path: ['save', 'token'],
    });
    expect(new RateLimitedError('slow', { retryAfter: 3 }).toGraphQLError().toJSON().extensions).toEqual({
      code: 'RATE_LIMITED',
      retryAfter: 3,
    });
  });

  test('keep their code when a resolver throws them', async () => {
    const { errors } = await graphql({
      schema: buildSchema('type Query { a: String }'),
      source: '{ a }',
      rootValue: {
        a: () => {
          throw createError('TOKEN_DELETED', 'gone');
        },
      },
    });
    expect(errors?.[0]?.toJSON()).toMatchObject({ path: ['a'], extensions: { code: 'TOKEN_DELETED' } });
  });
});
