import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { Arg, Authorized, buildSchema, Field, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { AuthChecker } from 'type-graphql';
import { failures, summarize } from '../test-support/harness.js';
import { testKit } from '../test-support/kit.js';
import { Token, TokenMiddleware } from './index.js';

@ObjectType()
class Patient {
  @Field(() => String)
  name!: string;

  @Authorized('doctor')
  @Token()
  @Field(() => String, { nullable: true })
  diagnosis?: string;
}

const patient: Patient = { name: 'Ada' };
const saved: string[] = [];

@Resolver()
class PatientResolver {
  @Query(() => Patient)
  patient(): Patient {
    return patient;
  }

  @Authorized('doctor')
  @Mutation(() => Boolean)
  diagnose(@Token() @Arg('token', () => String) token: string): boolean {
    saved.push(token);
    return true;
  }
}

describe.each(['transform', 'middleware', 'both'] as const)(
  'an authChecker beside @Token, with %s',
  (way) => {
    const setUp = async (role: string) => {
      const it = testKit();
      const asked: string[][] = [];
      const authChecker: AuthChecker<object> = (_action, roles) => {
        asked.push(roles);
        return roles.includes(role);
      };
      const built = await buildSchema({
        resolvers: [PatientResolver],
        directives: [it.lunaSec.tokenDirective.definition],
        globalMiddlewares: way === 'transform' ? [] : [TokenMiddleware],
        authChecker,
        validate: false,
      });
      const schema = way === 'middleware' ? built : it.lunaSec.tokenDirective.transform(built);
      saved.length = 0;
      patient.diagnosis = it.tokenizer.tokenize('alice');
      await it.lunaSec.grants.verify('alice', patient.diagnosis);
      const run = async (source: string) =>
        summarize(
          await it.lunaSec.execute({ schema, document: parse(source), contextValue: it.context('alice') }),
        );
      return { ...it, asked, run };
    };

    test('decides as without it, and what it allows is granted', async () => {
      const { run, asked, tokenizer } = await setUp('doctor');
      const token = patient.diagnosis!;
      expect(await run('{ patient { name diagnosis } }')).toEqual({
        data: { patient: { name: 'Ada', diagnosis: token } },
      });
      expect(asked).toEqual([['doctor']]);
      expect(tokenizer.detokenize('alice', token)).toBe('granted');
      const mine = tokenizer.tokenize('alice');
      expect(await run(`mutation { diagnose(token: "${mine}") }`)).toEqual({ data: { diagnose: true } });
      expect(asked).toEqual([['doctor'], ['doctor']]);
    });

    test('what it forbids is neither granted nor run', async () => {
      const { run, asked, tokenizer } = await setUp('clerk');
      const answer = await run('{ patient { name diagnosis } }');
      expect(answer.data).toEqual({ patient: { name: 'Ada', diagnosis: null } });
      expect(answer.errors).toMatchObject([{ path: ['patient', 'diagnosis'], code: 'UNAUTHORIZED' }]);
      expect(tokenizer.detokenize('alice', patient.diagnosis!)).toBe('READ_GRANT_MISSING');

      const refused = await run(`mutation { diagnose(token: "${tokenizer.tokenize('alice')}") }`);
      expect(failures(refused)).toEqual([['diagnose', 'UNAUTHORIZED']]);
      expect(saved).toEqual([]);
      expect(asked).toHaveLength(2);
    });

    test('is not asked about what was not verified', async () => {
      const { run, asked, tokenizer } = await setUp('doctor');
      const refused = await run(`mutation { diagnose(token: "${tokenizer.tokenize('bob')}") }`);
      expect(failures(refused)).toEqual([['diagnose.token', 'STORE_GRANT_MISSING']]);
      expect(asked).toEqual([]);
    });
  },
);
