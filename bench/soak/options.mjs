import { parseArgs } from 'node:util';

const usage = `npm run soak [-- <options>]
  --minutes <n>   length of the steady part (default: 20 in npm run prove, else a self-check of a quarter)
  --load <part>   of the saturation, in the steady part (default: 0.7)
  --embedded      SQLite and disk, instead of MongoDB and S3 where they can be had
  --json <file>   writes every sample and the verdict`;

/** The options of a run. Ends the process when they are wrong. */
export function readOptions(isWhole) {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string' },
        load: { type: 'string', default: '0.7' },
        embedded: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const isShort = values.minutes === undefined && !isWhole;
    return {
      minutes: isShort ? 0.25 : positive('minutes', values.minutes ?? '20'),
      load: positive('load', values.load),
      embedded: values.embedded,
      json: values.json,
      /** Seconds of a step in the search for saturation, of the overload, and between two sweeps; values that are read back. */
      ...(isShort
        ? { stepSeconds: 2, overloadSeconds: 6, sweepSeconds: 5, readBack: 50 }
        : { stepSeconds: 10, overloadSeconds: 60, sweepSeconds: 60, readBack: 300 }),
    };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

function positive(name, text) {
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(`--${name} must be a number above 0.`);
}
