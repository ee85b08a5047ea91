import { formatDuration } from '../../duration.js';
import { html } from '../html.js';
import type { Page } from '../layout.js';
import { badge, bytesOf, codeOf, countOf, facts, pathWith } from '../parts.js';
import type { ConsoleApplication } from '../reads.js';

/** Who this tokenizer trusts, with what they may do. */
export const applicationsPage = (applications: readonly ConsoleApplication[]): Page => ({
  title: 'Applications',
  section: '/applications',
  content: html`<div class="cards">${applications.map(card)}</div>`,
});

const card = ({ id, origins, keySource, serverSide, limits, usage }: ConsoleApplication) =>
  html`<section class="card" aria-labelledby="app-${id}">
    <h2 id="app-${id}">${id}</h2>
    ${facts([
      [
        'Origins',
        html`<ul class="entries">
          ${origins.map((origin) => html`<li>${codeOf(origin)}</li>`)}
        </ul>`,
      ],
      ['Public keys', codeOf(keySource)],
      [
        'Its servers may',
        [
          serverSide.tokenize && badge('store values', 'plain'),
          serverSide.tokenize && serverSide.detokenize && ' ',
          serverSide.detokenize && badge('read every value', 'fair'),
          !serverSide.tokenize && !serverSide.detokenize && 'accept and grant',
        ],
      ],
      ['Largest value', bytesOf(limits.maxSize)],
      ['Largest batch', countOf(limits.maxBatch)],
      ['Store grants', formatDuration(limits.storeGrant)],
      ['Read grants', `${formatDuration(limits.readGrant)}, at most ${formatDuration(limits.maxReadGrant)}`],
      ['Frame sessions', formatDuration(limits.frameSession)],
      ['Tokens', quota(usage && countOf(usage.tokens), limits.maxTokens, countOf)],
      ['Ciphertext', quota(usage && bytesOf(usage.bytes), limits.maxBytes, bytesOf)],
    ])}
    <p class="pager">
      <a href="${pathWith('/tokens', { application: id })}">Tokens of ${id}</a>
      <a href="${pathWith('/audit', { application: id })}">Audit of ${id}</a>
    </p>
  </section>`;

function quota(
  used: string | undefined,
  limit: number | undefined,
  write: (value: number) => string,
): string {
  if (limit === undefined) return 'no quota';
  return used === undefined ? `at most ${write(limit)}` : `${used} of at most ${write(limit)}`;
}
