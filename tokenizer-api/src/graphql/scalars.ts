import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { DateTimeResolver, JSONObjectResolver } from 'graphql-scalars';
import { formatDuration, parseDuration } from '../duration.js';

function read(value: unknown): number {
  const seconds = typeof value === 'string' ? parseDuration(value) : undefined;
  if (seconds === undefined)
    throw new GraphQLError('Not a duration. Write one like 5m30s, 1h or 45s, from 1s to 8784h.');
  return seconds;
}

export const Duration = new GraphQLScalarType<number, string>({
  name: 'Duration',
  description:
    'A length of time in hours, minutes and seconds, in this order, such as `5m30s`, `1h` or `45s`. From `1s` to `8784h`.',
  parseValue: read,
  parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  serialize: (value) => formatDuration(Number(value)),
});

export const DateTime = new GraphQLScalarType({
  ...DateTimeResolver.toConfig(),
  description: 'A point in time, ISO 8601 in UTC, such as `2030-01-31T12:00:00.000Z`.',
});

export const JSONObject = new GraphQLScalarType({
  ...JSONObjectResolver.toConfig(),
  description: 'A JSON object.',
  specifiedByURL: null,
});
