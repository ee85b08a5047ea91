import type { AuditEventType } from '../../graphql/token.types.js';
import type { AuditOutcome, Page as ListPage } from '../../stores/token-store/port.js';
import { outcomes } from '../filters.js';
import type { Fields } from '../filters.js';
import { html } from '../html.js';
import type { Markup } from '../html.js';
import type { Page } from '../layout.js';
import {
  asOptions,
  badge,
  choice,
  codeOf,
  countOf,
  empty,
  facts,
  filterForm,
  listOf,
  none,
  table,
  textField,
  textOf,
  timeOf,
} from '../parts.js';
import type { Tone } from '../parts.js';
import type { VerificationState } from '../verification.js';
import { sessionLink, tokenLink } from './tokens.js';

const tones: Record<AuditOutcome, Tone> = { ok: 'good', denied: 'fair', failed: 'bad' };

/** What happened; without `list`, only the form. */
export const auditPage = (
  applicationIds: readonly string[],
  fields: Fields,
  list: { application: string | null; page: ListPage<AuditEventType> } | null,
  problems: readonly string[],
): Page => ({
  title: 'Audit',
  section: '/audit',
  content: html`
    <p><a href="/audit/verify">Verify the audit</a></p>
    ${filterForm(
      '/audit',
      'Look for events',
      [
        choice('application', fields.application, [
          ['', 'the tokenizer itself'],
          ...asOptions(applicationIds),
        ]),
        textField('action', fields.action),
        choice('outcome', fields.outcome, [['', 'any'], ...asOptions(outcomes)]),
        textField('from', fields.from, { type: 'datetime-local' }),
        textField('to', fields.to, { type: 'datetime-local' }),
        textField('token', fields.token, { long: true }),
        textField('session', fields.session, { long: true }),
      ],
      problems,
    )}
    ${
      list &&
      listOf('Events', columns(list.application), {
        path: '/audit',
        fields,
        page: list.page,
        nothing: 'There are no such events.',
      })
    }
  `,
});

const columns = (application: string | null) => [
  { name: 'When', kind: 'nowrap' as const, cell: ({ at }: AuditEventType) => timeOf(at) },
  { name: 'Action', kind: 'nowrap' as const, cell: ({ action }: AuditEventType) => codeOf(action) },
  {
    name: 'Outcome',
    cell: ({ outcome, code }: AuditEventType) =>
      html`${badge(outcome, tones[outcome])} ${code !== null && html`<br />${codeOf(code)}`}`,
  },
  {
    name: 'Token',
    kind: 'id' as const,
    cell: ({ token }: AuditEventType) =>
      token === null ? none : application === null ? codeOf(token) : tokenLink(application, token),
  },
  {
    name: 'Session',
    kind: 'id' as const,
    cell: ({ sessionId }: AuditEventType) =>
      sessionId === null
        ? none
        : application === null
          ? codeOf(sessionId)
          : sessionLink(application, sessionId),
  },
  { name: 'Details', kind: 'wide' as const, cell: ({ details }: AuditEventType) => detailsOf(details) },
  {
    name: 'Request',
    kind: 'id' as const,
    cell: ({ requestId }: AuditEventType) => (requestId === null ? none : codeOf(requestId)),
  },
];

function detailsOf(details: Record<string, unknown> | null): Markup {
  const entries = Object.entries(details ?? {});
  if (entries.length === 0) return none;
  return html`<ul class="entries">
    ${entries.map(
      ([key, value]) =>
        html`<li>${codeOf(key)}: ${textOf(typeof value === 'string' ? value : JSON.stringify(value))}</li>`,
    )}
  </ul>`;
}

/** Whether the audit is as it was written. */
export const verifyPage = (state: VerificationState, formToken: string): Page => ({
  title: 'Verify the audit',
  section: '/audit',
  content: html`
    ${state.kind === 'none' ? empty('It was not verified since this process began.') : outcomeOf(state)}
    ${
      state.kind === 'running'
        ? html`<p><a class="button" href="/audit/verify">See how far it is</a></p>`
        : html`<form method="post" action="/audit/verify">
            <input type="hidden" name="formToken" value="${formToken}" />
            <button>Verify now</button>
          </form>`
    }
    <p class="muted small">
      Every event is read once, and held against the chain that it is part of. That the end of a chain is
      missing can be seen only as far as checkpoints name it:
      <code>tokenizer audit verify --heads tokenizer.log</code> also asks the log.
    </p>
    <p><a href="/audit">Back to the events</a></p>
  `,
});

function outcomeOf(state: Exclude<VerificationState, { kind: 'none' }>): Markup {
  const { startedAt, operator, events } = state;
  const about: [string, Markup | string][] = [
    ['Begun', timeOf(startedAt)],
    ['By', textOf(operator)],
  ];
  if (state.kind === 'running')
    return html`<section class="card" role="status">
      <h2>${badge('running', 'fair')}</h2>
      ${facts([...about, ['Events so far', countOf(events)]])}
    </section>`;
  if (state.kind === 'failed')
    return html`<section class="card" role="status">
      <h2>${badge('not verified', 'bad')}</h2>
      <p>Something did not answer, so nothing is known. The log of this process says what.</p>
      ${facts([...about, ['Ended', timeOf(state.endedAt)]])}
    </section>`;
  const { result, faults } = state;
  const isSound = result.faults === 0 && result.events > 0;
  return html`<section class="card" role="status">
    <h2>${isSound ? badge('sound', 'good') : badge('not sound', 'bad')}</h2>
    <p>
      ${
        isSound
          ? 'The audit is as it was written.'
          : result.events === 0
            ? 'The audit is empty: everything was removed.'
            : 'The audit was tampered with, or is not from these keys.'
      }
    </p>
    ${facts([
      ...about,
      ['Ended', timeOf(state.endedAt)],
      ['Events', countOf(result.events)],
      ['Chains', countOf(result.chains)],
      ['Faults', countOf(result.faults)],
    ])}
    ${
      faults.length > 0 &&
      table(
        'Faults',
        [
          { name: 'Fault', cell: ({ kind }) => badge(kind, 'bad') },
          { name: 'Chain', kind: 'id', cell: ({ chain }) => codeOf(chain) },
          {
            name: 'Event',
            kind: 'number',
            cell: ({ number, to }) => (to === undefined ? String(number) : `${number}–${to}`),
          },
          { name: 'What', kind: 'wide', cell: ({ message }) => textOf(message) },
        ],
        faults,
      )
    }
    ${result.faults > faults.length && html`<p class="muted">The first ${countOf(faults.length)} are shown.</p>`}
  </section>`;
}
