import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startGallery } from './app.js';

const environment = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(4020),
    GALLERY_URL: z.url().optional(),
    GALLERY_DATA_DIRECTORY: z.string().default('.lunasec/gallery'),
    TOKENIZER_URL: z.url().default('http://127.0.0.1:4030'),
  })
  .safeParse(process.env);

if (!environment.success) {
  console.error(`The gallery's environment is wrong:\n${z.prettifyError(environment.error)}`);
  process.exit(2);
}

const { PORT, GALLERY_URL, GALLERY_DATA_DIRECTORY, TOKENIZER_URL } = environment.data;
const gallery = await startGallery({
  port: PORT,
  ...(GALLERY_URL ? { url: GALLERY_URL } : {}),
  dataDirectory: GALLERY_DATA_DIRECTORY,
  tokenizerURL: TOKENIZER_URL,
  webDirectory: fileURLToPath(new URL('../web', import.meta.url)),
});
console.log(`Gallery on ${gallery.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    gallery.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
