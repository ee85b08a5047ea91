import type { QueryFilter } from 'mongoose';
import { metadataEntries } from '../metadata-entries.js';
import { emptyPage, pageKey, pageOf, parsePageKey } from '../page-key.js';
import type { Grant, TokenStore } from '../port.js';
import { auditEventOf, tokenOf } from './documents.js';
import type { AuditDocument, Models, ReadGrantDocument, TokenDocument } from './models.js';
import { text } from './texts.js';
import { inOneAnswer } from './whole.js';

type Lists = Pick<TokenStore, 'listTokens' | 'listGrants' | 'listAudit'>;
type PagePlace = { at: Date; name: string } | null;

/** A condition that only counts when its value is there. */
const given = (name: string, value: string | undefined) =>
  value === undefined ? {} : { [name]: text(value) };

/** What lies between two times, both left out. */
const between = (name: string, after: Date | undefined, before: Date | undefined) =>
  after === undefined && before === undefined
    ? {}
    : {
        [name]: {
          ...(after === undefined ? {} : { $gt: after }),
          ...(before === undefined ? {} : { $lt: before }),
        },
      };

/** What comes after a place in a list that is ordered by time, then name, newest first. */
const behind = (from: PagePlace, name: string) =>
  from ? { $or: [{ createdAt: { $lt: from.at } }, { createdAt: from.at, [name]: { $lt: from.name } }] } : {};

/** The paged reads. All of them read one item more than asked for, to know whether there are more. */
export function createLists({ tokens, readGrants, audit }: Models): Lists {
  const readTokens = (filter: QueryFilter<TokenDocument>, from: PagePlace, first: number) =>
    tokens
      .find({ ...filter, ...behind(from, '_id') } as QueryFilter<TokenDocument>)
      .sort({ createdAt: -1, _id: -1 })
      .limit(first + 1)
      .setOptions(inOneAnswer(first + 1))
      .lean<TokenDocument[]>();

  const readReadGrants = (filter: QueryFilter<ReadGrantDocument>, from: PagePlace, first: number) =>
    readGrants
      .find({ ...filter, ...behind(from, 'token') } as QueryFilter<ReadGrantDocument>)
      .sort({ createdAt: -1, token: -1 })
      .limit(first + 1)
      .setOptions(inOneAnswer(first + 1))
      .lean<ReadGrantDocument[]>();

  return {
    async listTokens(applicationId, filter, { first, after }) {
      const from = after === null ? null : parsePageKey(text(after));
      if (from === undefined) return emptyPage;
      const entries = metadataEntries(filter.metadata ?? {});
      const found = await readTokens(
        {
          applicationId: text(applicationId),
          ...given('status', filter.status),
          ...given('sessionId', filter.sessionId),
          ...between('createdAt', filter.createdAfter, filter.createdBefore),
          ...(entries.length === 0 ? {} : { metadataEntries: { $all: entries } }),
        },
        from,
        first,
      );
      return pageOf(found.map(tokenOf), first, ({ createdAt, token }) => pageKey(createdAt, token));
    },

    async listGrants(applicationId, sessionId, kind, now, { first, after }) {
      const from = after === null ? null : parsePageKey(text(after));
      if (from === undefined) return emptyPage;
      const session = { applicationId: text(applicationId), sessionId: text(sessionId) };
      const found =
        kind === 'read'
          ? await readReadGrants({ ...session, expiresAt: { $gt: now } }, from, first)
          : (
              await readTokens(
                {
                  ...session,
                  status: { $in: ['pending', 'accepted'] },
                  storeGrantExpiresAt: { $gt: now },
                },
                from,
                first,
              )
            ).map(({ _id, createdAt, storeGrantExpiresAt }) => ({
              token: _id,
              createdAt,
              expiresAt: storeGrantExpiresAt,
            }));
      const grants = found.map(({ token, createdAt, expiresAt }): Grant => ({
        kind,
        token,
        sessionId,
        createdAt,
        expiresAt,
      }));
      return pageOf(grants, first, ({ createdAt, token }) => pageKey(createdAt, token));
    },

    async listAudit(applicationId, filter, { first, after }) {
      const found = await audit
        .find({
          applicationId: applicationId === null ? null : text(applicationId),
          ...given('sessionId', filter.sessionId),
          ...given('token', filter.token),
          ...given('action', filter.action),
          ...given('outcome', filter.outcome),
          ...between('at', filter.after, filter.before),
          ...(after === null ? {} : { _id: { $lt: text(after) } }),
        } as QueryFilter<AuditDocument>)
        .sort({ _id: -1 })
        .limit(first + 1)
        .setOptions(inOneAnswer(first + 1))
        .lean<AuditDocument[]>();
      return pageOf(found.map(auditEventOf), first, ({ id }) => id);
    },
  };
}
