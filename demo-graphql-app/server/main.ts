import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startDemo } from './app.js';

const environment = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
    DEMO_URL: z.url().optional(),
    DEMO_DATA_DIRECTORY: z.string().default('.lunasec/demo'),
    TOKENIZER_URL: z.url().default('http://127.0.0.1:4010'),
  })
  .safeParse(process.env);

if (!environment.success) {
  console.error(`The demo's environment is wrong:\n${z.prettifyError(environment.error)}`);
  process.exit(2);
}

const { PORT, DEMO_URL, DEMO_DATA_DIRECTORY, TOKENIZER_URL } = environment.data;
const demo = await startDemo({
  port: PORT,
  ...(DEMO_URL ? { url: DEMO_URL } : {}),
  dataDirectory: DEMO_DATA_DIRECTORY,
  tokenizerURL: TOKENIZER_URL,
  samples: true,
  webDirectory: fileURLToPath(new URL('../web', import.meta.url)),
});
console.log(`Demo on ${demo.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    demo.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
