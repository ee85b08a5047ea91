import { count, short } from './types.js';
import type { Attack } from './types.js';

const foreign = 'lunasec-00000000-0000-4000-8000-000000000000';
const pattern = /^lunasec-[0-9a-f-]{36}$/;

/** Misuses the app's own API, with the login of whoever is in front of the page. */
export const misuse: Attack[] = [
  {
    id: 'query',
    title: 'Ask the server for everything',
    how: 'Queries every patient with every field, as the person who is logged in.',
    async run() {
      const { data, errors } = await ask('{ patients { name nationalId card notes documents { token } } }');
      const patients = (data?.patients as Record<string, unknown>[] | undefined) ?? [];
      const values = patients
        .flatMap(({ nationalId, card, notes }) => [nationalId, card, notes])
        .filter(isText);
      return {
        loot: values.filter((value) => !pattern.test(value)).map(short),
        note:
          errors.length > 0
            ? `Refused: ${[...new Set(errors)].join(', ')}.`
            : `${count(patients.length, 'patient')}: ${count(values.length, 'token')}, which are worth nothing without a frame.`,
      };
    },
  },
  {
    id: 'foreign',
    title: 'Save somebody else’s token',
    how: 'Puts a token that this session did not make into a new record, to be allowed to read it.',
    async run() {
      const { data, errors } = await ask(
        'mutation ($input: PatientInput!) { createPatient(input: $input) { id } }',
        { input: { name: 'Mallory', born: '1970-01-01', nationalId: foreign } },
      );
      return {
        loot: data?.createPatient ? ['The record was saved.'] : [],
        note: `Refused before any resolver ran: ${errors.join(', ')}.`,
      };
    },
  },
];

const isText = (value: unknown): value is string => typeof value === 'string';

async function ask(
  query: string,
  variables: Record<string, unknown> = {},
): Promise<{ data: Record<string, unknown> | null | undefined; errors: string[] }> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions?: { code?: string } }[];
  };
  return { data, errors: errors.map(({ extensions }) => extensions?.code ?? 'UNKNOWN') };
}
