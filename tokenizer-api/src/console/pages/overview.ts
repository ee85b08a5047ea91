import { html } from '../html.js';
import type { Page } from '../layout.js';
import { badge, bytesOf, codeOf, countOf, facts, none, table, textOf, timeOf } from '../parts.js';
import type { ConsoleApplication, Overview } from '../reads.js';

const names: Record<string, string> = {
  tokenStore: 'Database',
  objectStore: 'Object store',
  keys: 'Wrapping keys',
};

/** Whether it works, what it is, and how full it is. */
export function overviewPage(overview: Overview, applications: readonly ConsoleApplication[]): Page {
  const { parts, isOverloaded, inFlight, keys, stores, frames, version, node, instance, startedAt } =
    overview;
  return {
    title: 'Overview',
    section: '/',
    content: html`
      <div class="cards">
        <section class="card" aria-labelledby="health">
          <h2 id="health">Health</h2>
          ${facts([
            ...Object.entries(parts).map(
              ([name, state]) =>
                [
                  names[name] ?? name,
                  state === 'ok' ? badge('answers', 'good') : badge('does not answer', 'bad'),
                ] as const,
            ),
            ['Load', isOverloaded ? badge('overloaded', 'bad') : badge('not overloaded', 'good')],
            ['Requests in flight', countOf(inFlight)],
          ])}
        </section>
        <section class="card" aria-labelledby="process">
          <h2 id="process">This process</h2>
          ${facts([
            ['Version', version],
            ['Node.js', node],
            ['Machine', codeOf(instance)],
            ['Since', timeOf(startedAt)],
            ['Tokens in', stores.tokens],
            ['Values in', stores.objects],
          ])}
        </section>
        <section class="card" aria-labelledby="keys">
          <h2 id="keys">Keys in use</h2>
          ${
            keys
              ? facts([
                  ['Provider', stores.keys],
                  ['Wraps', codeOf(keys.active)],
                  [
                    'Unwrap',
                    html`<ul class="entries">
                      ${keys.all.map((id) => html`<li>${codeOf(id)}</li>`)}
                    </ul>`,
                  ],
                ])
              : html`<p>${badge('does not answer', 'bad')}</p>`
          }
          <p class="muted small">By their ids. How much is under each: <code>tokenizer keys list</code>.</p>
        </section>
      </div>
      <section class="card" aria-labelledby="usage">
        <h2 id="usage">Quotas</h2>
        ${
          applications.every(({ limits }) => limits.maxTokens === undefined && limits.maxBytes === undefined)
            ? html`<p class="muted">No application has a quota, so nothing is counted.</p>`
            : usageTable(applications)
        }
      </section>
      <section class="card" aria-labelledby="frames">
        <h2 id="frames">Frames</h2>
        <p>
          What is served are the frames of version ${textOf(frames.version)}, byte for byte: otherwise this
          process would not have started.
        </p>
        <details>
          <summary>Hashes of their files</summary>
          <div>
            ${table(
              'Hashes of the files of the frames',
              [
                { name: 'File', kind: 'nowrap', cell: ([path]) => codeOf(path) },
                { name: 'SHA-384', cell: ([, hash]) => codeOf(hash) },
              ],
              Object.entries(frames.files),
            )}
          </div>
        </details>
      </section>
    `,
  };
}

const usageTable = (applications: readonly ConsoleApplication[]) =>
  table(
    'Quotas of applications',
    [
      { name: 'Application', kind: 'nowrap', cell: ({ id }) => codeOf(id) },
      { name: 'Tokens', kind: 'number', cell: ({ usage }) => (usage ? countOf(usage.tokens) : none) },
      {
        name: 'Most tokens',
        kind: 'number',
        cell: ({ limits: { maxTokens } }) => (maxTokens === undefined ? none : countOf(maxTokens)),
      },
      { name: 'Ciphertext', kind: 'number', cell: ({ usage }) => (usage ? bytesOf(usage.bytes) : none) },
      {
        name: 'Most ciphertext',
        kind: 'number',
        cell: ({ limits: { maxBytes } }) => (maxBytes === undefined ? none : bytesOf(maxBytes)),
      },
    ],
    applications.filter(({ limits }) => limits.maxTokens !== undefined || limits.maxBytes !== undefined),
  );
