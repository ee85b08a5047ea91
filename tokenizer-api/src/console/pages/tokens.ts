import type { Token } from '../../graphql/token.types.js';
import type { Grant, Page as ListPage, ReadGrant, TokenStatus } from '../../stores/token-store/port.js';
import { metadataTypes, statuses } from '../filters.js';
import type { Fields } from '../filters.js';
import { html } from '../html.js';
import type { Markup } from '../html.js';
import type { Page } from '../layout.js';
import {
  asOptions,
  badge,
  bytesOf,
  choice,
  codeOf,
  facts,
  filterForm,
  listOf,
  none,
  pathWith,
  table,
  textField,
  textOf,
  timeOf,
} from '../parts.js';
import type { Tone } from '../parts.js';

const tones: Record<TokenStatus, Tone> = {
  pending: 'fair',
  accepted: 'good',
  expired: 'plain',
  deleted: 'plain',
};

/** Tokens of one application; without `list`, only the form. */
export const tokensPage = (
  applicationIds: readonly string[],
  fields: Fields,
  list: { application: string; page: ListPage<Token> } | null,
  problems: readonly string[],
): Page => ({
  title: 'Tokens',
  section: '/tokens',
  content: html`
    ${filterForm(
      '/tokens',
      'Look for tokens',
      [
        choice('application', fields.application, asOptions(applicationIds)),
        choice('status', fields.status, [['', 'any'], ...asOptions(statuses)]),
        textField('key', fields.key),
        textField('value', fields.value),
        choice('type', fields.type, asOptions(metadataTypes)),
        textField('from', fields.from, { type: 'datetime-local' }),
        textField('to', fields.to, { type: 'datetime-local' }),
        textField('session', fields.session, { long: true }),
      ],
      problems,
    )}
    ${
      list &&
      listOf('Tokens', columns(list.application), {
        path: '/tokens',
        fields,
        page: list.page,
        nothing: 'There are no such tokens.',
      })
    }
  `,
});

const columns = (application: string) => [
  { name: 'Token', kind: 'id' as const, cell: ({ id }: Token) => tokenLink(application, id) },
  {
    name: 'Status',
    cell: ({ status, storeGrantExpiresAt }: Token) => [
      badge(status, tones[status]),
      status === 'pending' &&
        html`<br /><span class="muted small">until ${timeOf(storeGrantExpiresAt)}</span>`,
    ],
  },
  { name: 'Made', kind: 'nowrap' as const, cell: ({ createdAt }: Token) => timeOf(createdAt) },
  { name: 'Metadata', kind: 'wide' as const, cell: ({ metadata }: Token) => metadataOf(metadata) },
  { name: 'Ciphertext', kind: 'number' as const, cell: ({ size }: Token) => bytesOf(size) },
  { name: 'Session', kind: 'id' as const, cell: (token: Token) => makerOf(application, token) },
];

export const tokenLink = (application: string, token: string): Markup =>
  html`<a href="${pathWith('/token', { application, token })}">${codeOf(token)}</a>`;

export const sessionLink = (application: string, session: string): Markup =>
  html`<a href="${pathWith('/grants', { application, session })}">${codeOf(session)}</a>`;

const makerOf = (application: string, { sessionId }: Token) =>
  sessionId === null
    ? html`<span class="muted">the application’s server</span>`
    : sessionLink(application, sessionId);

function metadataOf(metadata: Record<string, unknown>): Markup {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return none;
  return html`<ul class="entries">
    ${entries.map(
      ([key, value]) =>
        html`<li>${codeOf(key)}: ${textOf(typeof value === 'string' ? value : JSON.stringify(value))}</li>`,
    )}
  </ul>`;
}

/** One token with who may do what with it. */
export const tokenPage = (
  application: string,
  token: Token,
  { grants, hasMore }: { grants: readonly ReadGrant[]; hasMore: boolean },
  now: Date,
): Page => ({
  title: 'Token',
  section: '/tokens',
  content: html`
    <section class="card">
      ${facts([
        ['Token', codeOf(token.id)],
        ['Application', codeOf(application)],
        ['Status', badge(token.status, tones[token.status])],
        ['Made', timeOf(token.createdAt)],
        ['By', makerOf(application, token)],
        ['Acceptable until', timeOf(token.storeGrantExpiresAt)],
        ['Accepted', timeOf(token.acceptedAt)],
        ['Deleted', timeOf(token.deletedAt)],
        ['Ciphertext', bytesOf(token.size)],
        ['Binding', token.binding === null ? none : codeOf(token.binding)],
        ['Metadata', metadataOf(token.metadata)],
      ])}
      <p><a href="${pathWith('/audit', { application, token: token.id })}">What was done with it</a></p>
    </section>
    <section class="card">
      <h2>Grants</h2>
      ${table('Grants of the token', grantColumns(application), [...storeGrantOf(token, now), ...grants.map(asGrant)])}
      ${hasMore && html`<p class="muted">There are more read grants than are shown.</p>`}
      <p class="muted small">Those that have not run out. Times are in UTC.</p>
    </section>
  `,
});

type ShownGrant = Pick<Grant, 'kind' | 'sessionId' | 'createdAt' | 'expiresAt'>;
const asGrant = ({ sessionId, createdAt, expiresAt }: ReadGrant): ShownGrant => ({
  kind: 'read',
  sessionId,
  createdAt,
  expiresAt,
});

function storeGrantOf({ status, sessionId, createdAt, storeGrantExpiresAt }: Token, now: Date): ShownGrant[] {
  const lives = ['pending', 'accepted'].includes(status) && storeGrantExpiresAt > now;
  return lives && sessionId !== null
    ? [{ kind: 'store', sessionId, createdAt, expiresAt: storeGrantExpiresAt }]
    : [];
}

const grantColumns = (application: string) => [
  { name: 'Kind', cell: ({ kind }: ShownGrant) => badge(kind, 'plain') },
  {
    name: 'Session',
    kind: 'id' as const,
    cell: ({ sessionId }: ShownGrant) => sessionLink(application, sessionId),
  },
  { name: 'Made', kind: 'nowrap' as const, cell: ({ createdAt }: ShownGrant) => timeOf(createdAt) },
  { name: 'Ends', kind: 'nowrap' as const, cell: ({ expiresAt }: ShownGrant) => timeOf(expiresAt) },
];
