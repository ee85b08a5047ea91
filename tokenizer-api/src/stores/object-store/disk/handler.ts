import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { Request, RequestHandler, Response } from 'express';
import { pipeline } from 'node:stream/promises';
import { partTransferSeconds, transferSeconds } from '../presigned.js';
import type { UploadFault } from './file-system.js';
import type { ObjectFiles } from './files.js';
import { readSignedPath } from './signed-url.js';
import type { Permission } from './signed-url.js';

type Refusal = [status: number, code: ProblemCode, message: string];

const headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const notSigned: Refusal = [403, 'UNAUTHENTICATED', 'The URL is not signed for this request.'];
const expired: Refusal = [403, 'GRANT_EXPIRED', 'The signed URL has expired. Ask for a new one.'];
const notFound: Refusal = [404, 'TOKEN_NOT_FOUND', 'There is no such object.'];
const otherLength: Refusal = [400, 'BAD_USER_INPUT', 'The body is not as long as the URL was signed for.'];
const uploadRefusals: Record<UploadFault, Refusal> = {
  'too-short': otherLength,
  'too-long': otherLength,
  'wrong-checksum': [400, 'BAD_USER_INPUT', 'The body has not the SHA-256 that the URL was signed for.'],
  'too-late': [403, 'GRANT_EXPIRED', 'The upload took too long. Ask for a new URL.'],
  aborted: [404, 'UPLOAD_MISSING', 'The upload in parts is over, or was never begun.'],
  exists: [412, 'BAD_USER_INPUT', 'The object exists already, and is never replaced.'],
};

/**
 * Serves signed URLs under `/objects/`: PUT creates an object once, GET reads one. Leaves other paths to others.
 * Refusals are JSON: `{ code, message }`.
 */
export function createObjectHandler({
  files,
  signingKey,
  now,
}: {
  files: ObjectFiles;
  signingKey: Uint8Array;
  now: () => Date;
}): RequestHandler {
  async function upload(
    { key, expires, size, checksum, part }: Permission & { method: 'PUT' },
    request: Request,
    response: Response,
  ): Promise<void> {
    const length = request.headers['content-length'];
    if (length === undefined)
      return refuse(request, response, [411, 'BAD_USER_INPUT', 'Content-Length is missing.']);
    if (length !== String(size)) return refuse(request, response, otherLength);
    const seconds = part ? partTransferSeconds : transferSeconds;
    const isTooLate = () => now().getTime() >= (expires + seconds) * 1000;
    const expected = { size, checksum, isTooLate };
    const fault = part
      ? await files.createPart(key, part, request, expected)
      : await files.create(key, request, expected);
    if (fault) refuse(request, response, uploadRefusals[fault]);
    else response.status(200).end();
  }

  async function download({ key }: Permission, request: Request, response: Response): Promise<void> {
    const object = await files.read(key);
    if (!object) return refuse(request, response, notFound);
    response.set({
      'Accept-Ranges': 'none',
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment',
      'Content-Length': String(object.size),
    });
    await pipeline(object.stream, response);
  }

  return async (request, response, next) => {
    if (!request.originalUrl.startsWith('/objects/')) return next();
    response.set(headers);
    const { method } = request;
    if (method !== 'GET' && method !== 'PUT') {
      response.set('Allow', 'GET, PUT');
      return refuse(request, response, [405, 'BAD_USER_INPUT', 'Objects know GET and PUT only.']);
    }
    const permission = readSignedPath(method, request.originalUrl, signingKey);
    if (!permission) return refuse(request, response, notSigned);
    if (permission.expires * 1000 <= now().getTime()) return refuse(request, response, expired);
    try {
      if (permission.method === 'PUT') await upload(permission, request, response);
      else await download(permission, request, response);
    } catch (error) {
      if (response.headersSent || request.destroyed) response.destroy();
      else {
        closeIfUnread(request, response);
        next(error);
      }
    }
  };
}

function refuse(request: Request, response: Response, [status, code, message]: Refusal): void {
  closeIfUnread(request, response);
  response.status(status).json({ code, message });
}

/** What is left of a body is not waited for: the connection ends with the answer. */
function closeIfUnread(request: Request, response: Response): void {
  if (!request.complete) response.set('Connection', 'close');
}
