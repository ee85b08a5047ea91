import { GraphQLError } from 'graphql';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { users } from '../database.js';
import type { DemoContext } from './context.js';
import { User } from './types.js';

const byId = (id: string | undefined) => users.find((user) => user.id === id) ?? null;

@Resolver()
export class LoginResolver {
  @Query(() => User, { nullable: true, description: 'Who is logged in.' })
  me(@Ctx() context: DemoContext): User | null {
    return byId(context.session?.userId);
  }

  @Query(() => [User], { description: 'Who can log in. A demo asks for no password.' })
  users(): User[] {
    return [...users];
  }

  @Mutation(() => User)
  async login(@Ctx() context: DemoContext, @Arg('userId', () => ID) userId: string): Promise<User> {
    const user = byId(userId);
    if (!user) throw new GraphQLError('No such user.', { extensions: { code: 'BAD_USER_INPUT' } });
    await context.endSession();
    context.startSession(user.id);
    return user;
  }

  @Mutation(() => Boolean, { description: 'Logs out and revokes what the session could read.' })
  async logout(@Ctx() context: DemoContext): Promise<boolean> {
    await context.endSession();
    return true;
  }
}
