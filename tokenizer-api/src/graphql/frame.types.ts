import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { ProblemType } from './problem.type.js';
import { DateTime, JSONObject } from './scalars.js';
import { simpleResolvers } from './simple-resolvers.js';

@ObjectType({ simpleResolvers, description: 'A session of a secure frame.' })
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

  @Field(() => String, {
    nullable: true,
    description:
      'SHA-256 of the ciphertext, base64. Without it the ciphertext is uploaded in parts, each with a checksum of its own: for frames only.',
  })
  checksum?: string | null;

  @Field(() => JSONObject, {
    nullable: true,
    description:
      'Free-form data about the value, never of it: at most 4096 bytes and 5 levels. Keys begin with a letter and have up to 64 letters, digits, `-` and `_`.',
  })
  metadata?: Record<string, unknown> | null;
}

@ObjectType({
  simpleResolvers,
  description: 'A request that the frame makes once, straight to the object store.',
})
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

@ObjectType({
  simpleResolvers,
  description:
    'How to upload one value in parts: sign them with `presignUploadParts`, then `completeUploads`.',
})
export class Multipart {
  @Field(() => Int, { description: 'Bytes of every part but the last, which has the rest.' })
  partSize!: number;
}

@ObjectType({
  simpleResolvers,
  description: 'Where to put one value: an upload, an upload in parts, or a problem.',
})
export class TokenizeResult {
  @Field(() => ID)
  token!: string;

  @Field(() => Upload, { nullable: true })
  upload!: Upload | null;

  @Field(() => Multipart, { nullable: true, description: 'When the input had no checksum.' })
  multipart!: Multipart | null;

  @Field(() => ProblemType, {
    nullable: true,
    description: 'BAD_USER_INPUT, TOO_LARGE, QUOTA_EXCEEDED; UNAVAILABLE for an upload in parts.',
  })
  problem!: ProblemType | null;
}

@InputType({ description: 'One part of a ciphertext.' })
export class UploadPartInput {
  @Field(() => Int, { description: '1 for the first.' })
  number!: number;

  @Field(() => Int, { description: 'Bytes: `partSize`, or what is left for the last one.' })
  size!: number;

  @Field(() => String, { description: 'SHA-256 of the part, base64.' })
  checksum!: string;
}

@ObjectType({ simpleResolvers, description: 'Where to put one part: an upload, or a problem.' })
export class UploadPartResult {
  @Field(() => Int)
  number!: number;

  @Field(() => Upload, { nullable: true })
  upload!: Upload | null;

  @Field(() => ProblemType, {
    nullable: true,
    description: 'BAD_USER_INPUT, STORE_GRANT_MISSING or GRANT_EXPIRED.',
  })
  problem!: ProblemType | null;
}

@ObjectType({
  simpleResolvers,
  description:
    'Whether one value is complete at the object store: until when a server may accept it, or a problem.',
})
export class CompleteUploadResult {
  @Field(() => ID)
  token!: string;

  @Field(() => DateTime, { nullable: true, description: 'Until when a server may accept the token.' })
  expiresAt!: Date | null;

  @Field(() => ProblemType, {
    nullable: true,
    description: 'BAD_USER_INPUT, STORE_GRANT_MISSING, GRANT_EXPIRED, UPLOAD_MISSING or UNAVAILABLE.',
  })
  problem!: ProblemType | null;
}

@ObjectType({ simpleResolvers, description: 'Where to get one value, and the key that opens it.' })
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

@ObjectType({ simpleResolvers, description: 'How to read one value: a download, or a problem.' })
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
