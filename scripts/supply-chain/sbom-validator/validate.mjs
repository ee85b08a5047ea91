/** `node validate.mjs <directory>`: prints, for each bill of materials in it, what its schema says against it. Ends with 1 then. */
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const directory = process.argv[2];
for (const name of readdirSync(directory).sort()) {
  const complaints = await validator.validate(readFileSync(join(directory, name), 'utf8'));
  console.log(`${name}: ${complaints === null ? 'valid' : JSON.stringify(complaints)}`);
  if (complaints !== null) process.exitCode = 1;
}
