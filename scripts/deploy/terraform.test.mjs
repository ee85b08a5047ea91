import { convertFiles } from '@cdktn/hcl2json';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { environment as imageEnvironment } from './image.mjs';
import { applications, presigned, settingsOf } from './support.mjs';

/** What IAM asks for each call of the AWS SDK: the "Permissions" of its page in the API reference. */
const permissions = {
  PutObject: ['s3:PutObject'],
  GetObject: ['s3:GetObject'],
  // Without s3:ListBucket a missing object reads 403.
  HeadObject: ['s3:GetObject', 's3:ListBucket'],
  DeleteObject: ['s3:DeleteObject'],
  DeleteObjects: ['s3:DeleteObject'],
  HeadBucket: ['s3:ListBucket'],
  ListObjectsV2: ['s3:ListBucket'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  ListParts: ['s3:ListMultipartUploadParts'],
  CompleteMultipartUpload: ['s3:PutObject'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  GenerateDataKey: ['kms:GenerateDataKey'],
  Decrypt: ['kms:Decrypt'],
};
/** What S3 asks for on behalf of whoever calls it, for objects under a key of KMS. */
const encryptionOfObjects = ['kms:Decrypt', 'kms:GenerateDataKey'];

const allow = (policy) => policy.statement.filter(({ effect = 'Allow' }) => effect === 'Allow');
const actionsOf = (statements) => [...new Set(statements.flatMap(({ actions }) => actions))].sort();

describe('the Terraform module', () => {
  let resource;
  let policies;
  let output;
  beforeAll(async () => {
    const module = await convertFiles(join(root, 'deploy/terraform'));
    resource = (type, name = 'objects') => {
      const [found, ...more] = module.resource[type][name];
      expect(more).toEqual([]);
      return found;
    };
    policies = Object.fromEntries(
      Object.entries(module.data.aws_iam_policy_document).map(([name, [policy]]) => [name, policy]),
    );
    output = module.output;
  });

  test('lets the bucket be used by what a presigned request needs, and by nothing else', async () => {
    const requests = await presigned({ kind: 'aws:kms', keyId: 'a-key' });
    const [{ cors_rule: rules }] = [resource('aws_s3_bucket_cors_configuration')];
    expect(rules).toEqual([
      {
        allowed_origins: ['${var.public_url}'],
        allowed_methods: requests.map(({ method }) => method).sort(),
        allowed_headers: [...new Set(requests.flatMap(({ headers }) => Object.keys(headers)))].sort(),
        max_age_seconds: 3600,
      },
    ]);
  });

  test('grants the actions that the code uses, and no other', async () => {
    const needed = [...callsInSource(), ...(await presignedCalls())].flatMap((call) => {
      if (!permissions[call])
        throw new Error(`Say in scripts/deploy/terraform.test.mjs which permissions ${call} needs.`);
      return permissions[call];
    });
    expect(actionsOf(allow(policies.tokenizer))).toEqual(
      [...new Set([...needed, ...encryptionOfObjects])].sort(),
    );
  });

  test('grants them on what is made here only', () => {
    const bucket = '${aws_s3_bucket.objects.arn}';
    expect(allow(policies.tokenizer).map(({ sid, resources }) => [sid, resources])).toEqual([
      ['Objects', [`${bucket}/*`]],
      ['Bucket', [bucket]],
      ['WrapDataKeys', ['${aws_kms_key.data_keys.arn}']],
      ['EncryptObjects', ['${aws_kms_key.objects.arn}']],
    ]);
    const conditions = policies.tokenizer.statement.at(-1).condition.map(({ variable }) => variable);
    expect(conditions).toEqual(['kms:ViaService', 'kms:EncryptionContext:aws:s3:arn']);
  });

  test('keeps the account itself from using the key', () => {
    const administration = actionsOf(policies.key_administration.statement);
    for (const action of administration)
      expect(action).not.toMatch(/\*|kms:(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|CreateGrant)/);
    expect(administration).toContain('kms:PutKeyPolicy');
    expect(actionsOf(policies.objects_key.statement)).toEqual(encryptionOfObjects);
    const [wrapping, ...more] = policies.data_keys_key.statement;
    expect(more).toEqual([]);
    expect(wrapping.principals).toEqual([{ type: 'AWS', identifiers: ['${aws_iam_role.tokenizer.arn}'] }]);
    expect(actionsOf([wrapping])).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });

  test('lets data keys be wrapped only for what the tokenizer names as their owner', () => {
    const statements = [policies.data_keys_key, policies.tokenizer].map(({ statement }) =>
      statement.find(({ sid }) => sid === 'WrapDataKeys'),
    );
    for (const { condition } of statements)
      expect(condition).toEqual([
        {
          test: 'ForAnyValue:StringEquals',
          variable: 'kms:EncryptionContextKeys',
          values: ['applicationId', 'secret'],
        },
      ]);
  });

  test('denies what no tokenizer would ask the bucket for', () => {
    const denials = policies.bucket.statement.map(({ sid, effect, actions, principals, condition }) => {
      expect([effect, principals]).toEqual(['Deny', [{ type: '*', identifiers: ['*'] }]]);
      const conditions = condition.flatMap(({ test: operator, variable, values }) => [
        operator,
        variable,
        ...values,
      ]);
      return [sid, ...actions, ...conditions];
    });
    expect(denials).toEqual([
      ['DenyPlainHTTP', 's3:*', 'Bool', 'aws:SecureTransport', 'false'],
      ['DenyOldTLS', 's3:*', 'NumericLessThan', 's3:TlsVersion', '1.2'],
      [
        'DenyOtherEncryption',
        's3:PutObject',
        'StringNotEqualsIfExists',
        's3:x-amz-server-side-encryption',
        'aws:kms',
      ],
      [
        'DenyOtherKeys',
        's3:PutObject',
        'StringNotEqualsIfExists',
        's3:x-amz-server-side-encryption-aws-kms-key-id',
        '${aws_kms_key.objects.arn}',
      ],
      [
        'DenyOverwriting',
        's3:PutObject',
        'Null',
        's3:if-none-match',
        'true',
        'Bool',
        's3:ObjectCreationOperation',
        'true',
      ],
    ]);
  });

  test('keeps the bucket closed and its objects encrypted', () => {
    const { bucket: _, ...block } = resource('aws_s3_bucket_public_access_block');
    expect(block).toEqual({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(resource('aws_s3_bucket_ownership_controls').rule).toEqual([
      { object_ownership: 'BucketOwnerEnforced' },
    ]);
    expect(resource('aws_s3_bucket_server_side_encryption_configuration').rule).toEqual([
      {
        bucket_key_enabled: true,
        apply_server_side_encryption_by_default: [
          { sse_algorithm: 'aws:kms', kms_master_key_id: '${aws_kms_key.objects.arn}' },
        ],
      },
    ]);
    for (const name of ['objects', 'data_keys'])
      expect(resource('aws_kms_key', name).enable_key_rotation).toBe(true);
  });

  test('never takes bucket or key down by accident', () => {
    for (const made of [
      resource('aws_s3_bucket'),
      resource('aws_kms_key'),
      resource('aws_kms_key', 'data_keys'),
    ])
      expect(made.lifecycle).toEqual([{ prevent_destroy: true }]);
    expect(resource('aws_s3_bucket')).not.toHaveProperty('force_destroy');
  });

  test('answers settings that the tokenizer takes', async () => {
    const given = output.settings[0].value;
    const example = {
      LUNASEC_PUBLIC_URL: 'https://tokens.example.com',
      LUNASEC_S3_BUCKET: 'objects',
      LUNASEC_S3_REGION: 'eu-central-1',
      LUNASEC_S3_SERVER_SIDE_ENCRYPTION: given.LUNASEC_S3_SERVER_SIDE_ENCRYPTION,
      LUNASEC_S3_KMS_KEY_ID: 'arn:aws:kms:eu-central-1:111122223333:key/0',
    };
    expect(Object.keys(given).sort()).toEqual(Object.keys(example).sort());
    expect(
      await settingsOf({ ...imageEnvironment, LUNASEC_APPLICATIONS: applications, ...example }),
    ).toMatchObject({
      objectStore: { kind: 's3', serverSideEncryption: 'aws:kms' },
    });
  });

  test('answers settings for keys in AWS KMS', async () => {
    const keyId = 'arn:aws:kms:eu-central-1:111122223333:key/0';
    const example = { LUNASEC_KMS_KEY_IDS: JSON.stringify([keyId]), LUNASEC_KMS_REGION: 'eu-central-1' };
    expect(Object.keys(output.key_settings[0].value).sort()).toEqual(Object.keys(example).sort());
    const settings = { ...example, LUNASEC_PUBLIC_URL: 'https://tokens.example.com' };
    expect(
      await settingsOf({ ...imageEnvironment, LUNASEC_APPLICATIONS: applications, ...settings }),
    ).toMatchObject({ keyProvider: { kind: 'aws-kms', keyIds: [keyId] } });
  });
});

/** Commands of the AWS SDK that the tokenizer's source imports, without its tests. */
function callsInSource() {
  const source = join(root, 'tokenizer-api/src');
  const calls = readdirSync(source, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('test-support'))
    .flatMap((name) => {
      const text = readFileSync(join(source, name), 'utf8');
      const imports = text.match(/import (type )?\{[^}]*\} from '@aws-sdk\/client-[^']+'/g) ?? [];
      return imports.flatMap((it) => [...it.matchAll(/\b(\w+)Command\b/g)].map((match) => match[1]));
    });
  expect(calls).toContain('HeadObject');
  return calls;
}

/** The operations that browsers do with presigned requests. */
const presignedCalls = async () =>
  (await presigned(undefined)).map(({ url }) => new URL(url).searchParams.get('x-id'));
