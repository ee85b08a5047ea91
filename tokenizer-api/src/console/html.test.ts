import { describe, expect, test } from '@jest/globals';
import { html, render } from './html.js';
import type { Markup, Part } from './html.js';

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><svg onload=alert(1)>',
  '`-alert(1)-`',
  '&lt;b&gt;',
];

const inside = (markup: Markup) => render(html`<p>${markup}</p>`);

describe('a template', () => {
  test.each(attacks)('shows %j as text, and leaves no attribute with it', (attack) => {
    const page = inside(html`<a title="${attack}">${attack}</a>`);
    expect(page.match(/<\/?[\w!]+/g)).toEqual(['<!doctype', '<p', '<a', '</a', '</p']);
    expect(page.match(/["'`]/g)).toEqual(['"', '"']);
  });

  test('takes markup as it is, joins lists, and writes nothing for nothing', () => {
    const items = ['a', '<b>'].map((it) => html`<li>${it}</li>`);
    expect(inside(html`${items}${null}${undefined}${false}${0}`)).toContain(
      '<p><li>a</li><li>&lt;b&gt;</li>0</p>',
    );
  });

  test('takes nothing for markup that was not made by a template', () => {
    const forged = JSON.parse('{"markup":"<b>"}') as unknown as Part;
    expect(() => inside(html`${forged}`)).toThrow();
  });

  test.each<[string, () => Markup]>([
    ['an attribute without quotes', () => html`<a title=${'x'}></a>`],
    ['the name of an attribute', () => html`<a ${'onclick=alert(1)'}></a>`],
    ['the name of an element', () => html`<${'script'}></a>`],
    ['what runs', () => html`<a onclick="${'alert(1)'}"></a>`],
    ['what loads', () => html`<img src="${'/x.png'}" />`],
    ['an attribute that nobody knows', () => html`<a formaction="${'/x'}"></a>`],
    ['a style', () => html`<a style="${'color: red'}"></a>`],
    [
      'a script',
      () =>
        html`<script>
          let a = ${'1'};
        </script>`,
    ],
    [
      'a style sheet',
      () =>
        html`<style>
          a {
            color: ${'red'};
          }
        </style>`,
    ],
    ['a comment', () => html`<!-- ${'--><script>'} -->`],
  ])('refuses to write into %s', (_, template) => {
    expect(template).toThrow();
  });

  test.each(['javascript:alert(1)', '//evil.example', '/\\evil.example', 'https://evil.example', ''])(
    'refuses the address %j',
    (address) => {
      expect(() => html`<a href="${address}">x</a>`).toThrow('a path of this server');
      expect(() => html`<form action="${address}"></form>`).toThrow('a path of this server');
    },
  );

  test('takes paths of this server, and quoted attributes one after the other', () => {
    expect(inside(html`<a href="${'/tokens?a=1&b=2'}" title="${'x'}">y</a>`)).toContain(
      '<a href="/tokens?a=1&amp;b=2" title="x">y</a>',
    );
  });
});
