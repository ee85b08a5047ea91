import { z } from 'zod';
import { fillBinding, notABinding, parseBinding } from '../directive/binding.js';
import { MigrationError } from './column.js';
import type { Row } from './column.js';
import { batchEntry, rowEntry } from './leftovers.js';

/** What goes with the token of a row. */
export interface Description {
  binding: string | undefined;
  metadata: Record<string, unknown>;
}

export interface Describe {
  /** The columns that it looks at. */
  columns: readonly string[];
  /** Undefined when the row lacks a value that is needed. */
  describe(row: Row): Description | undefined;
}

/**
 * Reads the templates of bindings, `Person.ssn:{id}`, and of metadata, `{"patient": "{id}"}`; names in braces are those
 * of columns. Throws a MigrationError for one that is malformed.
 */
export function readDescriptions(options: {
  binding?: string | undefined;
  metadata?: string | undefined;
}): Describe {
  const binding = options.binding === undefined ? undefined : parseBinding(options.binding);
  if (options.binding !== undefined && !binding) throw new MigrationError(notABinding(options.binding));
  const metadata = parseMetadata(options.metadata ?? '{}');
  const references = Object.values(metadata)
    .map(referenceIn)
    .filter((name) => name !== undefined);

  return {
    columns: [...new Set([...(binding?.names ?? []), ...references])],
    describe({ fields }) {
      const values = new Map((binding?.names ?? []).map((name) => [name, plain(fields.get(name))]));
      if ([...values.values()].some((value) => value === undefined || value === '')) return undefined;
      const texts = new Map([...values].map(([name, value]) => [name, String(value)]));
      const filled = Object.entries(metadata).map(([name, value]) => {
        const reference = referenceIn(value);
        return [name, reference === undefined ? value : (plain(fields.get(reference)) ?? null)];
      });
      return {
        binding: binding && fillBinding(binding, texts),
        metadata: Object.fromEntries(filled) as Record<string, unknown>,
      };
    },
  };
}

function parseMetadata(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  const { data } = z.record(z.string(), z.unknown()).safeParse(value);
  if (!data) throw new MigrationError('--metadata must be a JSON object, such as {"patient": "{id}"}.');
  for (const name of [batchEntry, rowEntry])
    if (Object.hasOwn(data, name))
      throw new MigrationError(
        `The entry ${name} of metadata is this command's own. Name yours differently.`,
      );
  return data;
}

const referenceIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\{([^{}]+)\}$/.exec(value)?.[1] : undefined;

/** A value that can be written as text and as JSON. */
function plain(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value) ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  // ObjectId of MongoDB.
  const hex = (value as { toHexString?: () => string } | null | undefined)?.toHexString;
  return typeof hex === 'function' ? hex.call(value) : undefined;
}
