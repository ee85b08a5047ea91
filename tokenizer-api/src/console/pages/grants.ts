import type { Grant, Page as ListPage } from '../../stores/token-store/port.js';
import { grantKinds } from '../filters.js';
import type { Fields } from '../filters.js';
import { html } from '../html.js';
import type { Page } from '../layout.js';
import { asOptions, choice, filterForm, listOf, textField, timeOf } from '../parts.js';
import { tokenLink } from './tokens.js';

/** What a session may do; without `list`, only the form. */
export const grantsPage = (
  applicationIds: readonly string[],
  fields: Fields,
  list: { application: string; page: ListPage<Grant> } | null,
  problems: readonly string[],
): Page => ({
  title: 'Grants',
  section: '/grants',
  content: html`
    ${filterForm(
      '/grants',
      'Look for grants of a session',
      [
        choice('application', fields.application, asOptions(applicationIds)),
        choice('kind', fields.kind, asOptions(grantKinds)),
        textField('session', fields.session, { long: true }),
      ],
      problems,
    )}
    ${
      list
        ? listOf(
            'Grants',
            [
              { name: 'Token', kind: 'id', cell: ({ token }) => tokenLink(list.application, token) },
              { name: 'Made', kind: 'nowrap', cell: ({ createdAt }) => timeOf(createdAt) },
              { name: 'Ends', kind: 'nowrap', cell: ({ expiresAt }) => timeOf(expiresAt) },
            ],
            {
              path: '/grants',
              fields,
              page: list.page,
              nothing: 'The session has no grants of this kind that have not run out.',
            },
          )
        : html`<p class="muted">
            Grants belong to a session of an application: name it by its sid, as tokens and the audit do.
          </p>`
    }
  `,
});
