import { Command } from 'commander';
import { createSchema, printAPI } from '../graphql/schema.js';

export const schemaCommand = (): Command =>
  new Command('schema').description('Print the GraphQL schema.').action(async () => {
    process.stdout.write(printAPI(await createSchema()));
  });
