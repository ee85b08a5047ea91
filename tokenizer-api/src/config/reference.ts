import { defaultFiles } from './file.js';
import { fileVariable } from './environment.js';
import { settingDescriptions } from './catalog.js';
import type { SettingDescription } from './catalog.js';

const introduction = `# Configuration

<!-- Written by \`npm run docs:config\` from tokenizer-api/src/config/schema.ts; change that instead. -->

Settings of the tokenizer come from a file and from environment variables; a variable goes before the file, setting by setting.

- **The file** is YAML or JSON: the one named by \`--config\`, else by \`${fileVariable}\`, else ${orList(defaultFiles)} of the working directory. \`tokenizer init\` writes one, \`tokenizer config schema\` prints its JSON Schema for editors.
- **Variables** that hold lists and objects hold JSON. An object is merged into the file's, a list replaces it. An empty variable counts as not set. Any \`LUNASEC_S3_…\` or \`LUNASEC_MONGODB_…\` variable also chooses that kind of store.
- **Secrets** can be kept in files of their own: \`<variable>_FILE\` names a file whose content is the value.
- Durations are written like \`5m30s\`, \`1h\` or \`45s\`. Paths are relative to the working directory.
- Whatever is wrong is named as it was written, and the tokenizer does not start; so is a variable that is nearly the name of a setting. Values are never printed.

\`\`\`yaml
publicURL: https://tokens.example.com
applications:
  - id: shop
    jwksURL: https://shop.example.com/.lunasec/jwks.json
    origins: [https://shop.example.com]
tokenStore:
  kind: mongodb # with the connection string in LUNASEC_MONGODB_URI_FILE
objectStore:
  kind: s3
  bucket: shop-values
  region: eu-central-1
\`\`\`

Credentials for AWS are found as every AWS SDK does: environment, profile, web identity, container, instance.
`;

function orList(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** The text of docs/configuration.md. */
export function configReference(): string {
  const sections = settingDescriptions.filter(isDocumented).map(describe);
  return [introduction, '## Settings\n', ...sections].join('\n');
}

/** An application's limits are the common ones again. */
const isDocumented = ({ path }: SettingDescription) =>
  !(path[0] === 'applications' && path.length > 3 && path[2] !== 'serverSide');

function describe(setting: SettingDescription): string {
  const { path, description, variable, secret, kind, choices, range, type, required } = setting;
  const facts = [
    variable && `Variable: \`${variable}\`${secret ? `, or a file named by \`${variable}_FILE\`` : ''}`,
    kind && `Only of kind: \`${kind}\``,
    type === 'kind' ? `Kinds: ${list(choices!)}` : choices && `One of: ${list(choices)}`,
    range && `Range: ${range[0]} to ${range[1]}`,
    required && 'Required',
    hasPlainDefault(setting) && `Default: \`${String(setting.default)}\``,
  ].filter((fact) => typeof fact === 'string');
  const body = facts.map((fact) => `- ${fact}\n`).join('');
  return `### \`${path.join('.').replaceAll('.[]', '[]')}\`\n\n${description}\n${body && `\n${body}`}`;
}

const list = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');
const hasPlainDefault = (setting: SettingDescription) =>
  ['string', 'number', 'boolean'].includes(typeof setting.default);
