import { Command } from 'commander';
import { configJSONSchema } from '../config/catalog.js';

export const configCommand = (): Command =>
  new Command('config').description('About the configuration file.').addCommand(
    new Command('schema')
      .description('Print the JSON Schema of the configuration file, for editors.')
      .action(() => {
        console.log(JSON.stringify(configJSONSchema(), null, 2));
      }),
  );
