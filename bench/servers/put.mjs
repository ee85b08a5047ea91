/** Writes the bodies of PUT requests to a file, one after the other, and removes it: what an upload costs without anything else. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const file = join(process.argv[2], 'put');
const server = createServer(async (request, response) => {
  response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-methods', 'PUT');
  response.setHeader('access-control-allow-headers', '*');
  if (request.method === 'PUT') {
    await pipeline(request, createWriteStream(file));
    await rm(file);
  }
  response.end();
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`Put on http://127.0.0.1:${server.address().port}\n`),
);
