/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ElementAttributes, ElementKind } from '../protocol/attributes.js';
import { settled } from '../test-support/time.js';
import * as extras from './extras.js';
import { createField } from './field.js';
import { createReveal } from './reveal.js';
import { createTools } from './tools.js';

const ssn = '078-05-1120';

function setUp(
  kind: ElementKind,
  attributes: ElementAttributes,
  { isByPerson = true, isAllowed = true } = {},
) {
  document.body.innerHTML = '';
  const field = createField(document, kind, attributes, undefined, extras);
  document.body.append(field.element);
  const parts = { document, field, isByPerson: () => isByPerson };
  const reveal = createReveal({
    ...parts,
    hideAfter: undefined,
    changed: () => tools?.refresh(),
  });
  const writeText = jest.fn(async (_text: string) => {
    if (!isAllowed) throw new DOMException('Not allowed', 'NotAllowedError');
  });
  const tools = createTools({ ...parts, reveal, attributes, clipboard: { writeText } });
  tools?.setLabels(attributes.labels);
  const put = (text: string) => {
    field.setText(text);
    reveal.refresh();
    tools?.refresh();
  };
  put(ssn);
  return {
    field,
    put,
    tools,
    writeText,
    buttons: () => [...document.querySelectorAll('button')],
    button: (name: string) => document.querySelector<HTMLButtonElement>(`button[aria-label="${name}"]`),
    bar: () => document.querySelector<HTMLElement>('#tools'),
    status: () => document.querySelector('[role=status]')?.textContent,
  };
}

/** What the older command would copy. */
function allowCommand(answer = true) {
  const copied: string[] = [];
  const clipboardData = { setData: (type: string, text: string) => copied.push(`${type}: ${text}`) };
  const execCommand = (command: string) => {
    const event = Object.assign(new Event(command, { cancelable: true }), { clipboardData });
    if (answer) document.dispatchEvent(event);
    return answer;
  };
  Object.defineProperty(document, 'execCommand', { value: execCommand, configurable: true });
  return copied;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  Reflect.deleteProperty(document, 'execCommand');
  jest.useRealTimers();
});

describe('the buttons', () => {
  test.each<[ElementKind, ElementAttributes, string[]]>([
    ['input', {}, []],
    ['input', { conceal: 4 }, []],
    ['input', { conceal: 4, revealable: true }, ['Show']],
    ['input', { type: 'password', revealable: true }, ['Show']],
    ['textarea', { copyable: true }, ['Copy']],
    ['paragraph', { conceal: 0, revealable: true, copyable: true }, ['Show', 'Copy']],
    // Nothing to reveal.
    ['span', { revealable: true }, []],
  ])('of a %s with %j are %j', (kind, attributes, names) => {
    const { buttons } = setUp(kind, attributes);
    expect(buttons().map((button) => button.getAttribute('aria-label'))).toEqual(names);
    for (const button of buttons()) expect(button).toMatchObject({ type: 'button', tabIndex: 0 });
  });

  test('are there only while there is something', () => {
    const { bar, put } = setUp('span', { copyable: true });
    expect(bar()!.hidden).toBe(false);
    put('');
    expect(bar()!.hidden).toBe(true);
  });

  test('are drawn as lines, with no style or markup from texts', () => {
    const { buttons } = setUp('span', { copyable: true, labels: { copy: '<img src=x onerror=alert(1)>' } });
    expect(buttons()[0]!.querySelector('img')).toBeNull();
    expect(buttons()[0]!.querySelector('svg')!.getAttribute('aria-hidden')).toBe('true');
    expect(buttons()[0]!.outerHTML).not.toMatch(/style=/);
  });

  test('speak the language of the app, which may change', () => {
    const labels = { reveal: 'Zeigen', hide: 'Verbergen', copy: '', copied: 'Kopiert' };
    const { buttons, tools } = setUp('span', { conceal: 4, revealable: true, copyable: true, labels });
    const names = () => buttons().map(({ title, ariaLabel }) => title || ariaLabel);
    expect(names()).toEqual(['Zeigen', 'Copy']);
    buttons()[0]!.click();
    expect(names()).toEqual(['Verbergen', 'Copy']);
    tools!.setLabels({ hide: 'Cacher' });
    expect(names()).toEqual(['Cacher', 'Copy']);
    tools!.setLabels(undefined);
    expect(names()).toEqual(['Hide', 'Copy']);
  });

  test('leave the focus in the field with somebody who types', () => {
    const { buttons, field } = setUp('input', { copyable: true });
    const press = () => {
      const event = new MouseEvent('mousedown', { cancelable: true, bubbles: true });
      buttons()[0]!.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(press()).toBe(false);
    field.element.focus();
    expect(press()).toBe(true);
  });

  test.each([
    ['ltr', 'right', 'left'],
    ['rtl', 'left', 'right'],
  ] as const)('stand at the end of %s text, which ends before them', (dir, end, start) => {
    const { bar, tools, field } = setUp('input', { copyable: true });
    const { style } = field.element;
    Object.defineProperty(bar()!, 'offsetWidth', { value: 30 });
    for (const [name, value] of Object.entries({
      direction: dir,
      color: 'rgb(1, 2, 3)',
      'font-size': '20px',
      'padding-left': '8px',
      'padding-right': '8px',
      'border-left': '2px solid',
      'border-right': '2px solid',
    }))
      style.setProperty(name, value);
    tools!.place();
    expect(bar()!.style.getPropertyValue(end)).toBe('10px');
    expect(bar()!.style.getPropertyValue(start)).toBe('');
    expect(bar()!.style.color).toBe('rgb(1, 2, 3)');
    expect(bar()!.style.fontSize).toBe('20px');
    expect(style.getPropertyValue(`padding-${end}`)).toBe('42px');
    expect(style.getPropertyValue(`padding-${start}`)).toBe('8px');
  });
});

test('a person reveals and hides what is concealed', () => {
  const { field, button } = setUp('paragraph', { conceal: 4, revealable: true });
  button('Show')!.click();
  expect(field.element.textContent).toBe(ssn);
  button('Hide')!.click();
  expect(field.element.textContent).toBe('•••-••-1120');
});

describe('a person copies', () => {
  test.each(['input', 'span'] as const)('what is in a %s, not what is to be seen of it', async (kind) => {
    const { button, writeText, status } = setUp(kind, { conceal: 4, copyable: true });
    button('Copy')!.click();
    await settled();
    expect(writeText.mock.calls).toEqual([[ssn]]);
    expect(status()).toBe('Copied');
    jest.advanceTimersByTime(2000);
    expect(status()).toBe('');
  });

  test('also where the page does not delegate the clipboard', async () => {
    const copied = allowCommand();
    const { button, status } = setUp('span', { conceal: 4, copyable: true }, { isAllowed: false });
    button('Copy')!.click();
    await settled();
    expect(copied).toEqual([`text/plain: ${ssn}`]);
    expect(status()).toBe('Copied');
    // Somebody's own copying is theirs again.
    document.execCommand('copy');
    expect(copied).toHaveLength(1);
  });

  test('or is not told that it worked', async () => {
    allowCommand(false);
    const { button, status } = setUp('span', { copyable: true }, { isAllowed: false });
    button('Copy')!.click();
    await settled();
    expect(status()).toBe('');
  });
});

test('a script reveals and copies nothing', async () => {
  const copied = allowCommand();
  const attributes = { conceal: 4, revealable: true, copyable: true };
  const { buttons, field, writeText } = setUp('span', attributes, { isByPerson: false });
  for (const button of buttons()) button.click();
  await settled();
  expect(field.element.textContent).toBe('•••-••-1120');
  expect(writeText).not.toHaveBeenCalled();
  expect(copied).toEqual([]);
});
