/** Node's own HTTP server: reads the request and answers what the server beside it answers to `{ hello }`. */
import { createServer } from 'node:http';

const body = Buffer.from('{"data":{"hello":"Hello"}}\n');
const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    JSON.parse(Buffer.concat(parts).toString());
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`Bare on http://127.0.0.1:${server.address().port}\n`),
);
