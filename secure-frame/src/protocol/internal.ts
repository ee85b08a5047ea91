/** Messages among frames of the tokenizer's origin. A page never sees one: they carry keys and assertions. */
import { batch, problem, protocolVersion, token } from './messages.js';
import { dictionary, exactly, integer, list, messages, nullable, optional, shape, text } from './parsers.js';
import type { Parsed } from './parsers.js';

const requestId = integer(1, Number.MAX_SAFE_INTEGER);
const base64 = text(128, /^[A-Za-z0-9+/]+={0,2}$/);
const url = text(8192, /^(https?:\/\/|\/)/);
const headers = dictionary(text(100), text(4096), 50);

/** element window → controller window, with a port. */
export const attachMessage = shape({ lunasec: exactly(protocolVersion), type: exactly('attach') });

/** renewal frame → controller window; null: the app has no session. */
export const assertionMessage = shape({
  lunasec: exactly(protocolVersion),
  type: exactly('assertion'),
  assertion: nullable(text(8192)),
});

/**
 * `size` and `checksum` (SHA-256, base64) are the ciphertext's; `dataKey` is base64. Without a checksum the ciphertext is
 * uploaded in parts.
 */
export const tokenizeInput = shape({
  token,
  dataKey: base64,
  size: integer(1, Number.MAX_SAFE_INTEGER),
  checksum: optional(base64),
});
export type TokenizeInput = Parsed<typeof tokenizeInput>;

/** How to upload in parts: all but the last have `partSize` bytes. */
export const multipart = shape({ partSize: integer(1, 1 << 30) });
export type Multipart = Parsed<typeof multipart>;

const partNumber = integer(1, 10_000);
export const uploadPart = shape({
  number: partNumber,
  size: integer(1, 1 << 30),
  checksum: base64,
});
export type UploadPart = Parsed<typeof uploadPart>;
/** Most parts that are signed at a time. */
export const maxParts = 100;
/** Most uploads that are completed at a time. */
export const maxCompleted = 1000;

export const upload = shape({ url, method: exactly('PUT'), headers, expiresAt: text(64) });
export type Upload = Parsed<typeof upload>;

/** `size` is the ciphertext's, in bytes. */
export const download = shape({
  url,
  method: exactly('GET'),
  headers,
  expiresAt: text(64),
  size: integer(1, Number.MAX_SAFE_INTEGER),
  dataKey: base64,
});
export type Download = Parsed<typeof download>;

/** How the tokenizer answers for parts and for uploads. */
export const partResult = shape({
  number: partNumber,
  upload: nullable(upload),
  problem: nullable(problem),
});
export type PartResult = Parsed<typeof partResult>;
export const completeResult = shape({ token, problem: nullable(problem) });
export type CompleteResult = Parsed<typeof completeResult>;

export const elementToController = messages({
  tokenize: { requestId, batch, input: tokenizeInput },
  /** This member of a batch has nothing to store. */
  skip: { batch },
  detokenize: { requestId, token },
  signParts: { requestId, token, parts: list(uploadPart, maxParts) },
  /** Makes parts one value, and keeps what was uploaded from being swept. */
  completeUploads: { requestId, tokens: list(token, maxCompleted) },
});
export type ElementToController = Parsed<typeof elementToController>;

export const controllerToElement = messages({
  attached: {},
  upload: { requestId, upload },
  download: { requestId, download },
  multipart: { requestId, multipart },
  parts: { requestId, parts: list(partResult, maxParts) },
  completed: { requestId, results: list(completeResult, maxCompleted) },
  failed: { requestId, problem },
  /** Another session, or none: what was shown must go. */
  reset: {},
});
export type ControllerToElement = Parsed<typeof controllerToElement>;

/** How the tokenizer answers a batch, per token. */
export const tokenizeResult = shape({
  token,
  upload: nullable(upload),
  multipart: optional(nullable(multipart)),
  problem: nullable(problem),
});
export const detokenizeResult = shape({ token, download: nullable(download), problem: nullable(problem) });
export const sessionResult = shape({ accessToken: text(1024), expiresAt: text(64) });
