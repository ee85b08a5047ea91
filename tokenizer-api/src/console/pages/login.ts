import { html } from '../html.js';
import type { Markup } from '../html.js';
import { documentOfMessage } from '../layout.js';

/** For somebody who followed a link: a press of the button uses it up, opening the page does not. */
export const linkPage = (token: string): Markup =>
  documentOfMessage(
    'Sign in',
    html`<p>This link signs you in once, on this browser.</p>
      <form method="post" action="/login">
        <input type="hidden" name="token" value="${token}" />
        <button>Sign in</button>
      </form>`,
  );

/** How to get in; `problem` says why the last try did not work. */
export const signInPage = (login: 'link' | 'oidc', problem?: string): Markup =>
  documentOfMessage(
    'Sign in',
    html`${problem !== undefined && html`<p class="notice bad" role="alert">${problem}</p>`}
    ${
      login === 'oidc'
        ? html`<p>The console is for those who run this tokenizer.</p>
            <p><a class="button" href="/login/oidc">Sign in at your provider</a></p>`
        : html`<p>
              On the machine of the tokenizer, as its user, make a link and open it here. It works once, for
              five minutes:
            </p>
            <p><code>tokenizer console login</code></p>`
    }`,
  );

/** After the provider: the browser comes from there, and sends the session's cookie only when it goes on from here. */
export const signedInPage = (): Markup =>
  documentOfMessage('Signed in', html`<p><a href="/">Go on to the console</a></p>`, '/');
