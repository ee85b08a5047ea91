import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ProblemType } from './problem.type.js';
import { DateTime, JSONObject } from './scalars.js';

@ObjectType({ description: 'A session of a secure frame.' })
export class Session {
  @Field(() => String, {
    description: 'For `Authorization: Bearer …` of the frame’s calls. Opaque. Kept in memory only.',
  })
  accessToken!: string;

  @Field(() => DateTime, { description: 'When the access token stops working: at most 15 minutes from now.' })
  expiresAt!: Date;
}

@InputType({
  description: 'One value to store. Token and data key are made by the frame, new for every value.',
})
export class TokenizeInput {
  @Field(() => ID, { description: '`lunasec-` and a random, lower-case version 4 UUID.' })
  token!: string;

  @Field(() => String, {
    description: 'The value’s AES-256 key: 32 random bytes, base64. Stored wrapped only.',
  })
  dataKey!: string;

  @Field(() => Int, { description: 'Bytes of the ciphertext. At most 64 MiB unless configured: TOO_LARGE.' })
  size!: number;

  @Field(() => String, { description: 'SHA-256 of the ciphertext, base64.' })
  checksum!: string;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'Free-form data about the value, never of it: at most 4096 bytes and 5 levels. Keys begin with a letter and have up to 64 letters, digits, `-` and `_`.',
  })
  metadata?: Record<string, unknown> | null;
}

@ObjectType({ description: 'A request that the frame makes once, straight to the object store.' })
export class Upload {
  @Field(() => String, { description: 'A secret until it expires.' })
  url!: string;

  @Field(() => String, { description: '`PUT`.' })
  method!: string;

  @Field(() => JSONObject, { description: 'Headers that must be sent as they are.' })
  headers!: Record<string, string>;

  @Field(() => DateTime, {
    description: 'Until when it works: 60 seconds. Call `tokenize` again for another.',
  })
  expiresAt!: Date;
}

@ObjectType({ description: 'Where to put one value: an upload, or a problem.' })
export class TokenizeResult {
  @Field(() => ID)
  token!: string;

  @Field(() => Upload, { nullable: true })
  upload!: Upload | null;

  @Field(() => ProblemType, { nullable: true, description: 'BAD_USER_INPUT, TOO_LARGE or QUOTA_EXCEEDED.' })
  problem!: ProblemType | null;
}

@ObjectType({ description: 'Where to get one value, and the key that opens it.' })
export class Download {
  @Field(() => String, { description: 'A secret until it expires.' })
  url!: string;

  @Field(() => String, { description: '`GET`.' })
  method!: string;

  @Field(() => JSONObject, { description: 'Headers that must be sent as they are.' })
  headers!: Record<string, string>;

  @Field(() => DateTime, { description: 'Until when it works: 60 seconds.' })
  expiresAt!: Date;

  @Field(() => Int, { description: 'Bytes of the ciphertext.' })
  size!: number;

  @Field(() => String, { description: 'The value’s AES-256 key: 32 bytes, base64.' })
  dataKey!: string;
}

@ObjectType({ description: 'How to read one value: a download, or a problem.' })
export class DetokenizeResult {
  @Field(() => ID)
  token!: string;

  @Field(() => Download, { nullable: true })
  download!: Download | null;

  @Field(() => ProblemType, {
    nullable: true,
    description:
      'READ_GRANT_MISSING, GRANT_EXPIRED or UNAVAILABLE. To a server: TOKEN_NOT_FOUND, TOKEN_DELETED, BINDING_MISMATCH, BAD_USER_INPUT or UNAVAILABLE.',
  })
  problem!: ProblemType | null;
}
