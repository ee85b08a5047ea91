import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { answerKeys, answerSecureFrame, keysPath, secureFramePath } from '../http/handshake.js';
import type { Answer, HandshakeParts } from '../http/handshake.js';

/**
 * Serves the two addresses that secure frames and the tokenizer ask. Everything about it stays in its own context
 * (Fastify's encapsulation); hooks of the app that were registered before, a session's for one, run first.
 */
export function createFastifyPlugin(parts: HandshakeParts): FastifyPluginCallback {
  return (app, _options, done) => {
    // Nothing here has a body, so none is read, whatever its type: a wrong method is refused for being one.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    serve(secureFramePath, answerSecureFrame);
    serve(keysPath, answerKeys);
    done();

    function serve(
      path: string,
      handler: (parts: HandshakeParts, request: FastifyRequest) => Promise<Answer>,
    ): void {
      app.all(path, async (request, reply): Promise<FastifyReply> => {
        const { status, headers, body } = await handler(parts, request);
        return reply.code(status).headers(headers).send(body);
      });
    }
  };
}
