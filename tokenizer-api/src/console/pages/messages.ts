import { html } from '../html.js';
import type { Markup } from '../html.js';
import { documentOfMessage } from '../layout.js';

const back = html`<p><a href="/">To the overview</a></p>`;

export const notFoundPage = (): Markup =>
  documentOfMessage(
    'Nothing here',
    html`<p>There is no such page, or no such token.</p>
      ${back}`,
  );

export const badRequestPage = (problems: readonly string[]): Markup =>
  documentOfMessage(
    'Not understood',
    html`<ul>
        ${problems.map((problem) => html`<li>${problem}</li>`)}
      </ul>
      ${back}`,
  );

export const refusedPage = (): Markup =>
  documentOfMessage(
    'Refused',
    html`<p>That did not come from a page of this console, or from an old one. Open the page again.</p>
      ${back}`,
  );

export const unavailablePage = (requestId: string): Markup =>
  documentOfMessage(
    'Not available',
    html`<p>Something did not answer. Try again; the log of the tokenizer says what it was.</p>
      <p class="muted">Request <code>${requestId}</code></p>
      ${back}`,
  );
