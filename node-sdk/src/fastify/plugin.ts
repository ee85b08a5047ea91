import type { IncomingHttpHeaders } from 'node:http';
import { answerKeys, answerSecureFrame, keysPath, secureFramePath } from '../http/handshake.js';
import type { Answer, Asked, HandshakeParts } from '../http/handshake.js';

/** A plugin for `register` of Fastify 5. Its types are written out here, so that they need no Fastify where there is none. */
export type FastifyPlugin = (app: FastifyApp, options: object, done: (error?: Error) => void) => void;

/** What the plugin uses of an instance of Fastify. */
export interface FastifyApp {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: string,
    parser: (request: object, payload: object, done: (error: Error | null) => void) => void,
  ): unknown;
  all(path: string, handler: (request: FastifyAsked, reply: FastifyReply) => Promise<unknown>): unknown;
}

export interface FastifyAsked {
  method: string;
  headers: IncomingHttpHeaders;
}

export interface FastifyReply {
  code(status: number): this;
  headers(values: Record<string, string>): this;
  send(body: string): unknown;
}

/**
 * Serves the two addresses that secure frames and the tokenizer ask. Everything about it stays in its own context
 * (Fastify's encapsulation); hooks of the app that were registered before, a session's for one, run first.
 */
export function createFastifyPlugin(parts: HandshakeParts): FastifyPlugin {
  return (app, _options, done) => {
    // Nothing here has a body, so none is read, whatever its type: a wrong method is refused for being one.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    serve(secureFramePath, answerSecureFrame);
    serve(keysPath, answerKeys);
    done();

    function serve(path: string, handler: (parts: HandshakeParts, request: Asked) => Promise<Answer>): void {
      app.all(path, async (request, reply) => {
        const { status, headers, body } = await handler(parts, request);
        return reply.code(status).headers(headers).send(body);
      });
    }
  };
}
