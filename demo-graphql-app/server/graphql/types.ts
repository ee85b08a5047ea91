import { Token } from '@lunasec/node-sdk/type-graphql';
import { Field, ID, InputType, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Someone who can log in to the demo.' })
export class User {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;
}

@ObjectType({ description: 'A person on record. The server holds tokens where the page shows values.' })
export class Person {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Token({ duration: '15m' })
  @Field(() => String, { nullable: true, description: 'Token of the national id.' })
  nationalId!: string | null;

  @Token({ duration: '15m' })
  @Field(() => String, { nullable: true, description: 'Token of the notes.' })
  notes!: string | null;

  @Field(() => String, { description: 'When the record last changed, ISO 8601.' })
  updatedAt!: string;
}

@ObjectType({ description: 'The row of a person exactly as the database of the app stores it.' })
export class StoredRow {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  ownerId!: string;

  @Field(() => String)
  name!: string;

  @Token()
  @Field(() => String, { nullable: true })
  nationalId!: string | null;

  @Token()
  @Field(() => String, { nullable: true })
  notes!: string | null;

  @Field(() => String)
  updatedAt!: string;
}

@InputType({ description: 'A new record.' })
export class CreatePersonInput {
  @Field(() => String)
  name!: string;

  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the national id.' })
  nationalId?: string | null;

  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the notes.' })
  notes?: string | null;
}

@InputType({ description: 'Changes to a record: a field left out stays, null empties it.' })
export class UpdatePersonInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the new national id.' })
  nationalId?: string | null;

  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the new notes.' })
  notes?: string | null;
}
