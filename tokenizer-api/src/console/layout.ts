import { html } from './html.js';
import type { Markup } from './html.js';
import type { ConsoleSession } from './sessions.js';
import { stylePath } from './style.js';

const sections = [
  ['/', 'Overview'],
  ['/applications', 'Applications'],
  ['/tokens', 'Tokens'],
  ['/grants', 'Grants'],
  ['/audit', 'Audit'],
] as const;

export type Section = (typeof sections)[number][0];

/** A page of the console, for somebody who is signed in. */
export interface Page {
  title: string;
  section: Section;
  content: Markup;
}

const documentOf = (title: string, body: Markup, { head }: { head?: Markup } = {}): Markup => html`
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      ${head}
      <title>${title} · LunaSec console</title>
      <link rel="stylesheet" href="${stylePath}" />
    </head>
    ${body}
  </html>
`;

export const documentOfPage = (
  { title, section, content }: Page,
  { operator, formToken }: ConsoleSession,
): Markup =>
  documentOf(
    title,
    html`<body>
      <a class="skip" href="#content">Skip to content</a>
      <header class="bar">
        <p class="brand">LunaSec <span>console</span></p>
        <nav aria-label="Console">
          <ul>
            ${sections.map(
              ([path, name]) =>
                html`<li>
                  <a href="${path}" ${path === section && html`aria-current="page"`}>${name}</a>
                </li>`,
            )}
          </ul>
        </nav>
        <form class="who" method="post" action="/logout">
          <input type="hidden" name="formToken" value="${formToken}" />
          <span class="operator"><bdi>${operator}</bdi></span>
          <button class="quiet">Sign out</button>
        </form>
      </header>
      <main id="content" tabindex="-1">
        <h1>${title}</h1>
        ${content}
      </main>
    </body>`,
  );

/** A page for anybody, with one message. `goTo`: where the browser goes by itself, at once. */
export const documentOfMessage = (title: string, content: Markup, goTo?: '/'): Markup =>
  documentOf(
    title,
    html`<body class="alone">
      <main id="content" class="card">
        <p class="brand">LunaSec <span>console</span></p>
        <h1>${title}</h1>
        ${content}
      </main>
    </body>`,
    goTo === undefined ? {} : { head: html`<meta http-equiv="refresh" content="0; url=${goTo}" />` },
  );
