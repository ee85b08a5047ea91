import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { ProblemType } from './problem.type.js';
import { DateTime, Duration } from './scalars.js';
import { simpleResolvers } from './simple-resolvers.js';

const binding =
  'The one place the value may be read from, such as `User.ssn:42`: up to 512 characters. Fixed by the first acceptance that names one.';

@InputType({ description: 'A token, and the place where it is stored.' })
export class TokenRef {
  @Field(() => ID)
  token!: string;

  @Field(() => String, { nullable: true, description: binding })
  binding?: string | null;
}

@InputType({ description: 'A token to grant, and the place where it is read from.' })
export class ReadGrantInput extends TokenRef {
  @Field(() => Duration, { nullable: true, description: 'Instead of the call’s duration.' })
  duration?: number | null;
}

@ObjectType({ simpleResolvers, description: 'A grant, or why there is none.' })
export class GrantResult {
  @Field(() => ID)
  token!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the grant ends. Null with a problem. An earlier read grant that lasts longer stays.',
  })
  expiresAt!: Date | null;

  @Field(() => ProblemType, { nullable: true })
  problem!: ProblemType | null;
}

@ObjectType({ simpleResolvers, description: 'Whether a token is gone now, also if it was gone before.' })
export class DeleteResult {
  @Field(() => ID)
  token!: string;

  @Field(() => Boolean)
  deleted!: boolean;

  @Field(() => ProblemType, { nullable: true, description: 'TOKEN_NOT_FOUND or BAD_USER_INPUT.' })
  problem!: ProblemType | null;
}

export const GrantKinds = { store: 'store', read: 'read' } as const;
registerEnumType(GrantKinds, {
  name: 'GrantKind',
  valuesConfig: {
    store: { description: 'The session made the token; a server may accept it from that session.' },
    read: { description: 'The session may read the token.' },
  },
});

@ObjectType({ simpleResolvers, description: 'What a session may do with a token.' })
export class Grant {
  @Field(() => GrantKinds)
  kind!: 'store' | 'read';

  @Field(() => ID)
  token!: string;

  @Field(() => ID, { description: '`sid` of the session.' })
  sessionId!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime)
  expiresAt!: Date;
}
