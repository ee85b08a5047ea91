import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerKeys, answerSecureFrame, keysPath, secureFramePath } from '../http/handshake.js';
import type { Answer, HandshakeParts } from '../http/handshake.js';

/** Middleware for Express, connect, or anything else that calls with Node's own request and response. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Serves the two addresses that secure frames and the tokenizer ask; every other request passes on. */
export function createExpressPlugin(parts: HandshakeParts): Middleware {
  return (request, response, next) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === secureFramePath) send(answerSecureFrame(parts, request));
    else if (path === keysPath) send(answerKeys(parts, request));
    else next();

    function send(answer: Promise<Answer>): void {
      answer
        .then(({ status, headers, body }) => {
          response.statusCode = status;
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
          response.end(body);
        })
        .catch(next);
    }
  };
}
