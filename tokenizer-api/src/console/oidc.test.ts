import { describe, expect, test } from '@jest/globals';
import { NotAllowedError, operatorOf } from './oidc.js';

describe('who may look, by the claims of an ID token', () => {
  const rules = { subjects: ['u-1'], emails: ['Ada@example.com'], groups: ['ops'], groupsClaim: 'roles' };

  test.each([
    ['a subject', { sub: 'u-1' }, 'u-1'],
    ['a verified address', { sub: 'u-2', email: 'ada@Example.com', email_verified: true }, 'ada@example.com'],
    ['a member of a group', { sub: 'u-3', roles: ['dev', 'ops'] }, 'u-3'],
    ['a member of one group', { sub: 'u-3', roles: 'ops' }, 'u-3'],
  ])('%s is let in', (_, claims, operator) => {
    expect(operatorOf(claims, rules)).toBe(operator);
  });

  test.each<[string, Record<string, unknown>]>([
    ['another subject', { sub: 'u-11' }],
    ['an address that is not verified', { sub: 'u-2', email: 'ada@example.com' }],
    [
      'an address that is verified in words',
      { sub: 'u-2', email: 'ada@example.com', email_verified: 'true' },
    ],
    ['an address that only ends alike', { sub: 'u-2', email: 'not-ada@example.com', email_verified: true }],
    ['a list in the place of an address', { sub: 'u-2', email: ['ada@example.com'], email_verified: true }],
    ['a member of other groups', { sub: 'u-3', roles: ['operations', 'OPS'] }],
    ['a member by another claim', { sub: 'u-3', groups: ['ops'] }],
    ['an object in the place of groups', { sub: 'u-3', roles: { ops: true } }],
  ])('%s is not', (_, claims) => {
    expect(() => operatorOf(claims, rules)).toThrow(NotAllowedError);
  });

  test('without rules nobody is', () => {
    const none = { subjects: [], emails: [], groups: [], groupsClaim: 'groups' };
    expect(() => operatorOf({ sub: '', groups: [] }, none)).toThrow();
    expect(() => operatorOf({ sub: 'u-1', email: '', email_verified: true }, none)).toThrow(NotAllowedError);
  });

  test('an address that is not verified names nobody, though its owner is let in', () => {
    expect(operatorOf({ sub: 'u-1', email: 'ada@example.com' }, rules)).toBe('u-1');
  });
});
