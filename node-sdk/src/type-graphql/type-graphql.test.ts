import { describe, expect, test } from '@jest/globals';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { execute, parse, specifiedDirectives, validate, validateSchema } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  buildSchema,
  Field,
  FieldResolver,
  ID,
  InputType,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { failures, summarize } from '../test-support/harness.js';
import { testKit } from '../test-support/kit.js';
import { Token, TokenMiddleware } from './index.js';

@InterfaceType()
abstract class Named {
  @Token()
  @Field(() => String, { nullable: true })
  nickname?: string;
}

@ObjectType({ implements: Named })
class User extends Named {
  @Field(() => ID)
  id!: string;

  @Token({ duration: '5m30s', binding: 'User."ssn":{id}' })
  @Field(() => String, { nullable: true })
  ssn?: string;

  @Field(() => [String])
  @Token()
  phones!: string[];
}

@InputType()
class UserInput {
  @Field(() => ID)
  id!: string;

  @Token({ binding: 'User."ssn":{id}' })
  @Field(() => String, { nullable: true })
  ssn?: string;
}

@ArgsType()
class SaveArgs {
  @Token()
  @Field(() => String, { nullable: true })
  token?: string;
}

const users: { user?: Partial<User> | undefined } = {};
const saved: unknown[] = [];

@Resolver(() => User)
class UserResolver {
  @Query(() => User, { nullable: true })
  user(): Partial<User> | undefined {
    return users.user;
  }

  @Query(() => Named, { nullable: true })
  named(): Named | undefined {
    return Object.assign(new User(), users.user);
  }

  @Mutation(() => Boolean)
  saveInput(@Arg('input', () => UserInput) input: UserInput): boolean {
    saved.push(input.ssn);
    return true;
  }

  @Mutation(() => Boolean)
  saveArg(
    @Arg('first', () => String, { nullable: true }) _first: string | undefined,
    @Token() @Arg('token', () => String, { nullable: true }) token: string | undefined,
  ): boolean {
    saved.push(token);
    return true;
  }

  @Mutation(() => Boolean)
  saveArgs(@Args(() => SaveArgs) args: SaveArgs): boolean {
    saved.push(args.token);
    return true;
  }

  @Token()
  @FieldResolver(() => String, { nullable: true })
  pin(@Root() user: User): string | undefined {
    return user.phones?.[0];
  }
}

async function setUp(way: 'transform' | 'middleware' | 'both') {
  const it = testKit();
  const { tokenDirective } = it.lunaSec;
  const built = await buildSchema({
    resolvers: [UserResolver],
    directives: [tokenDirective.definition],
    globalMiddlewares: way === 'transform' ? [] : [TokenMiddleware],
    validate: false,
  });
  const schema = way === 'middleware' ? built : tokenDirective.transform(built);
  saved.length = 0;
  users.user = undefined;
  return {
    ...it,
    schema,
    run: async (source: string, variableValues: Record<string, unknown> = {}) =>
      summarize(
        await it.lunaSec.execute({
          schema,
          document: parse(source),
          variableValues,
          contextValue: it.context('alice'),
        }),
      ),
  };
}

describe('@Token', () => {
  test('is @token in the schema: on fields, field resolvers, input fields and arguments, in either order', async () => {
    const sdl = printSchemaWithDirectives((await setUp('transform')).schema);
    expect(sdl).toContain('ssn: String @token(duration: "5m30s", binding: "User.\\"ssn\\":{id}")');
    expect(sdl).toContain('ssn: String @token(binding: "User.\\"ssn\\":{id}")');
    expect(sdl).toContain('phones: [String!]! @token');
    expect(sdl).toContain('pin: String @token');
    expect(sdl).toContain('saveArgs(token: String @token): Boolean!');
    expect(sdl).toContain('saveArg(token: String @token, first: String): Boolean!');
  });

  test('that cannot work is refused when the schema is transformed', async () => {
    @ObjectType()
    class Wrong {
      @Token()
      @Field(() => Number)
      age!: number;
    }
    @Resolver()
    class WrongResolver {
      @Query(() => Wrong)
      wrong(): Wrong {
        return { age: 1 };
      }
    }
    const { tokenDirective } = testKit().lunaSec;
    const schema = await buildSchema({
      resolvers: [WrongResolver],
      directives: [tokenDirective.definition],
      validate: false,
    });
    expect(() => tokenDirective.transform(schema)).toThrow('Wrong.age');
  });
});

describe('what GraphQL itself has, which `buildSchema` replaces by the directives it is given', () => {
  const skipped = 'query ($no: Boolean!) { user @skip(if: $no) { id } named @include(if: $no) { nickname } }';

  test('is there with `directives: tokenDirective.directives`', async () => {
    const { directives } = testKit().lunaSec.tokenDirective;
    const schema = await buildSchema({ resolvers: [UserResolver], directives, validate: false });
    expect(validate(schema, parse(skipped))).toEqual([]);
    expect(validateSchema(schema)).toEqual([]);
  });

  test('is put back where a schema is transformed', async () => {
    const { schema } = await setUp('transform');
    expect(validate(schema, parse(skipped))).toEqual([]);
    expect(schema.getDirectives().map(({ name }) => name)).toEqual([
      'token',
      ...specifiedDirectives.map(({ name }) => name),
    ]);
  });
});

describe.each(['transform', 'middleware', 'both'] as const)('with %s', (way) => {
  test('tokens of inputs and arguments are verified before resolvers run', async () => {
    const { run, tokenizer } = await setUp(way);
    const theirs = tokenizer.tokenize('bob');
    const source = `mutation ($t: String) {
      saveInput(input: { id: "7", ssn: $t }) saveArg(token: $t) saveArgs(token: $t)
    }`;
    expect(failures(await run(source, { t: theirs }))).toEqual([
      ['saveInput.input.ssn', 'STORE_GRANT_MISSING'],
      ['saveArg.token', 'STORE_GRANT_MISSING'],
      ['saveArgs.token', 'STORE_GRANT_MISSING'],
    ]);
    expect(saved).toEqual([]);

    const mine = tokenizer.tokenize('alice');
    const input = 'mutation ($t: String) { saveInput(input: { id: "7", ssn: $t }) }';
    expect(await run(input, { t: mine })).toEqual({ data: { saveInput: true } });
    expect(tokenizer.token(mine)?.binding).toBe('User."ssn":7');
    const another = tokenizer.tokenize('alice');
    const both = 'mutation ($t: String) { saveArg(token: $t) saveArgs(token: $t) }';
    expect(await run(both, { t: another })).toEqual({ data: { saveArg: true, saveArgs: true } });
    expect(saved).toEqual([mine, another, another]);
  });

  test('tokens of fields, field resolvers and interfaces are granted in one call', async () => {
    const { run, tokenizer, lunaSec } = await setUp(way);
    const [ssn, phone, nickname] = ['', '', ''].map(() => tokenizer.tokenize('alice')) as [
      string,
      string,
      string,
    ];
    await lunaSec.grants.verify('alice', [{ token: ssn, binding: 'User."ssn":7' }, phone, nickname]);
    users.user = { id: '7', ssn, phones: [phone], nickname };
    expect(await run('{ user { ssn phones pin } named { nickname } }')).toEqual({
      data: { user: { ssn, phones: [phone], pin: phone }, named: { nickname } },
    });
    for (const token of [ssn, phone, nickname]) expect(tokenizer.detokenize('alice', token)).toBe('granted');
    expect(tokenizer.calls.filter(({ operation }) => operation === 'createReadGrants')).toEqual([
      { operation: 'createReadGrants', size: 3 },
    ]);
  });

  test('nothing runs when no engine is in charge', async () => {
    const { schema } = await setUp(way);
    users.user = { id: '7', ssn: 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff', phones: [] };
    const answer = summarize(await execute({ schema, document: parse('{ user { ssn id } }') }));
    expect(answer.data).toEqual({ user: { ssn: null, id: '7' } });
    const mutation = await execute({ schema, document: parse('mutation { saveArgs }') });
    expect(failures(summarize(mutation))).toEqual([['saveArgs', 'UNAVAILABLE']]);
    expect(saved).toEqual([]);
  });
});
