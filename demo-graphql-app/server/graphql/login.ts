import { GraphQLError } from 'graphql';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { findStaff, staff } from '../staff.js';
import type { StaffMember } from '../staff.js';
import type { DemoContext } from './context.js';
import { Staff } from './types.js';

@Resolver()
export class LoginResolver {
  @Query(() => Staff, { nullable: true, description: 'Who is logged in.' })
  me(@Ctx() context: DemoContext): StaffMember | null {
    return findStaff(context.session?.userId);
  }

  @Query(() => [Staff], { description: 'Who can log in. A demo asks for no password.' })
  staff(): readonly StaffMember[] {
    return staff;
  }

  @Mutation(() => Staff)
  async login(@Ctx() context: DemoContext, @Arg('userId', () => ID) userId: string): Promise<StaffMember> {
    const member = findStaff(userId);
    if (!member)
      throw new GraphQLError('Nobody of that id works here.', { extensions: { code: 'BAD_USER_INPUT' } });
    await context.endSession();
    context.startSession(member.id);
    record(context, member.id, 'LOGGED_IN');
    return member;
  }

  @Mutation(() => Boolean, { description: 'Logs out and revokes what the session could read.' })
  async logout(@Ctx() context: DemoContext): Promise<boolean> {
    if (context.session) record(context, context.session.userId, 'LOGGED_OUT');
    await context.endSession();
    return true;
  }
}

const record = ({ database }: DemoContext, userId: string, action: 'LOGGED_IN' | 'LOGGED_OUT') =>
  database.audit.record({ userId, action, patientId: null, patientName: null, fields: [] });
