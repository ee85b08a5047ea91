import { toCursor } from '../graphql/cursor.js';
import type { Page } from '../stores/token-store/port.js';
import { html } from './html.js';
import type { Markup, Part } from './html.js';
import { labels } from './filters.js';
import type { Fields } from './filters.js';

/** In the place of what is not there. */
export const none = html`<span class="muted">–</span>`;

/** A moment in UTC, to the second. */
export function timeOf(at: Date | null): Markup {
  if (!at) return none;
  const iso = at.toISOString();
  return html`<time class="nowrap" datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time>`;
}

/** Text of whoever: kept apart from what is around it, whichever way it is written. */
export const textOf = (text: string): Markup => html`<bdi>${visible(text)}</bdi>`;
export const codeOf = (text: string): Markup => html`<code><bdi>${visible(text)}</bdi></code>`;

/** Written out: control characters, and those that turn the direction, so that no text looks like another. */
const hidden = /[^\P{Cc}\t\n]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const visible = (text: string): string =>
  text.replaceAll(hidden, (it) => `\\u${it.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);

const number = new Intl.NumberFormat('en');
export const countOf = (count: number): string => number.format(count);

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
export function bytesOf(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 ? countOf(value) : value.toFixed(1)} ${units[unit]}`;
}

export type Tone = 'good' | 'fair' | 'bad' | 'plain';
export const badge = (text: string, tone: Tone): Markup => html`<span class="badge ${tone}">${text}</span>`;

export const facts = (entries: readonly (readonly [string, Part])[]): Markup =>
  html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

/** `kind` of a column is a class of its cells. */
export interface Column<T> {
  name: string;
  kind?: 'id' | 'nowrap' | 'number' | 'wide';
  cell: (item: T) => Part;
}

/** A table that scrolls by itself where it is wider than the page, by keyboard too. */
export const table = <T>(label: string, columns: readonly Column<T>[], items: readonly T[]): Markup =>
  html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(({ name, kind }) => html`<th scope="col" class="${kind}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${items.map(
          (item) =>
            html`<tr>
              ${columns.map(({ cell, kind }) => html`<td class="${kind}">${cell(item)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** A path of the console with fields behind it; empty ones are left out. */
export function pathWith(path: string, fields: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(
    Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1])),
  ).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** What leads on from a page of a list. */
function pager<T>(path: string, fields: Fields, { items, hasMore }: Page<T>): Markup {
  const last = items.at(-1);
  const { after, ...filter } = fields;
  return html`<p class="pager small">
    <span class="muted">${countOf(items.length)} on this page, newest first. Times are in UTC.</span>
    ${after && html`<a href="${pathWith(path, filter)}">First page</a>`}
    ${
      hasMore &&
      last &&
      html`<a href="${pathWith(path, { ...filter, after: toCursor(last.key) })}" rel="next">Next page</a>`
    }
  </p>`;
}

type FieldName = keyof typeof labels;

export const textField = (
  name: FieldName,
  value: string | undefined,
  { type = 'text', long = false }: { type?: 'text' | 'datetime-local'; long?: boolean } = {},
): Markup =>
  html`<div class="field ${long && 'long'}">
    <label for="f-${name}">${labels[name]}</label>
    <input
      id="f-${name}"
      name="${name}"
      type="${type}"
      value="${value}"
      autocomplete="off"
      spellcheck="false"
      ${type === 'datetime-local' && html`step="1"`}
    />
  </div>`;

/** `options`: values with their names. */
export const choice = (
  name: FieldName,
  value: string | undefined,
  options: readonly (readonly [string, string])[],
): Markup =>
  html`<div class="field">
    <label for="f-${name}">${labels[name]}</label>
    <select id="f-${name}" name="${name}">
      ${options.map(
        ([option, text]) =>
          html`<option value="${option}" ${option === (value ?? '') && html`selected`}>${text}</option>`,
      )}
    </select>
  </div>`;

export const asOptions = (values: readonly string[]): [string, string][] => values.map((it) => [it, it]);

/** A form that asks for a list; `problems` are what was wrong with its fields. */
export const filterForm = (
  path: string,
  label: string,
  fields: readonly Markup[],
  problems: readonly string[],
): Markup =>
  html`<form class="card filters" method="get" action="${path}" aria-label="${label}">
      ${fields} <button>Show</button>
    </form>
    ${
      problems.length > 0 &&
      html`<div class="notice bad" role="alert">
        <ul>
          ${problems.map((problem) => html`<li>${problem}</li>`)}
        </ul>
      </div>`
    }`;

/** A page of a list, as a table with what leads on; where there is nothing, only `nothing`. */
export function listOf<T>(
  label: string,
  columns: readonly Column<T>[],
  { path, fields, page, nothing }: { path: string; fields: Fields; page: Page<T>; nothing: string },
): Markup {
  if (page.items.length === 0) return empty(nothing);
  const items = page.items.map(({ item }) => item);
  return html`${table(label, columns, items)} ${pager(path, fields, page)}`;
}

export const empty = (text: string): Markup => html`<p class="card muted">${text}</p>`;
