import { GraphQLError } from 'graphql';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { PersonRow } from '../database.js';
import type { DemoContext } from './context.js';
import { CreatePersonInput, Person, StoredRow, UpdatePersonInput } from './types.js';

function requireUser(context: DemoContext): string {
  if (context.session) return context.session.userId;
  throw new GraphQLError('Log in first.', { extensions: { code: 'UNAUTHENTICATED' } });
}

function requireName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length > 0 && trimmed.length <= 200) return trimmed;
  throw new GraphQLError('A name has 1 to 200 characters.', { extensions: { code: 'BAD_USER_INPUT' } });
}

/** Tokens that a saved record no longer holds; their values are of no more use to anyone. */
const replacedTokens = (before: PersonRow, after: PersonRow | null) =>
  (['nationalId', 'notes'] as const).flatMap((column) => {
    const token = before[column];
    return token && token !== after?.[column] ? [token] : [];
  });

@Resolver(() => Person)
export class PersonResolver {
  @Query(() => [Person], { description: 'The records of the user who is logged in.' })
  people(@Ctx() context: DemoContext): PersonRow[] {
    return context.database.people(requireUser(context));
  }

  @Query(() => Person, { nullable: true })
  person(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): PersonRow | null {
    return context.database.person(requireUser(context), id);
  }

  @Query(() => StoredRow, { nullable: true, description: 'For the panel "What the server sees".' })
  storedRow(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): PersonRow | null {
    return context.database.person(requireUser(context), id);
  }

  @Mutation(() => Person)
  createPerson(
    @Ctx() context: DemoContext,
    @Arg('input', () => CreatePersonInput) input: CreatePersonInput,
  ): PersonRow {
    return context.database.savePerson({
      ownerId: requireUser(context),
      name: requireName(input.name),
      nationalId: input.nationalId ?? null,
      notes: input.notes ?? null,
    });
  }

  @Mutation(() => Person)
  async updatePerson(
    @Ctx() context: DemoContext,
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdatePersonInput) input: UpdatePersonInput,
  ): Promise<PersonRow> {
    const before = context.database.person(requireUser(context), id);
    if (!before) throw new GraphQLError('No such record.', { extensions: { code: 'BAD_USER_INPUT' } });
    const saved = context.database.savePerson({
      ...before,
      name: input.name == null ? before.name : requireName(input.name),
      nationalId: input.nationalId === undefined ? before.nationalId : input.nationalId,
      notes: input.notes === undefined ? before.notes : input.notes,
    });
    await deleteTokens(context, replacedTokens(before, saved));
    return saved;
  }

  @Mutation(() => Boolean, { description: 'Deletes a record and the values behind its tokens.' })
  async deletePerson(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): Promise<boolean> {
    const ownerId = requireUser(context);
    const before = context.database.person(ownerId, id);
    if (!before) return false;
    await deleteTokens(context, replacedTokens(before, null));
    return context.database.removePerson(ownerId, id);
  }
}

async function deleteTokens(context: DemoContext, tokens: string[]): Promise<void> {
  if (tokens.length > 0) await context.lunaSec.deleteTokens(tokens);
}
