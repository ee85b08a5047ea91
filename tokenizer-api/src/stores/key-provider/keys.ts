import { z } from 'zod';

/** Bytes of a wrapping key. */
export const keySize = 32;

/** Wrapping keys of the tokenizer's own keeping: all unwrap, the active one wraps. */
export const keysSchema = z
  .strictObject({
    active: z.string(),
    keys: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
          key: z
            .string()
            .regex(/^[A-Za-z0-9+/]{43}=$/, `must be ${keySize} bytes in base64`)
            .transform((text) => Buffer.from(text, 'base64')),
        }),
      )
      .min(1, 'must hold at least one key')
      .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must not repeat an id'),
  })
  .refine(({ active, keys }) => keys.some(({ id }) => id === active), {
    path: ['active'],
    error: 'must be the id of one of the keys',
  });

export type Keys = z.output<typeof keysSchema>;

/** Keys as JSON text. What is wrong with them is said without quoting them. */
export function parseKeys(text: string): { keys: Keys } | { problem: string } {
  const { success, data, error } = keysSchema.safeParse(parseJSON(text));
  return success ? { keys: data } : { problem: z.prettifyError(error) };
}

export const writeKeys = ({ active, keys }: Keys): string =>
  `${JSON.stringify({ active, keys: keys.map(({ id, key }) => ({ id, key: key.toString('base64') })) }, null, 2)}\n`;

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
