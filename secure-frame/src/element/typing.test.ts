/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createMask } from './mask.js';
import { keepMask } from './typing.js';

/** An input with a mask, and a browser that does what nobody prevents. */
function setUp(mask = '###-##-####') {
  document.body.innerHTML = '<input>';
  const input = document.querySelector('input')!;
  const inputs: string[] = [];
  keepMask(input, createMask(mask)!);
  input.addEventListener('input', () => inputs.push(input.value));
  input.focus();
  const fire = (type: string, init: InputEventInit) =>
    input.dispatchEvent(new InputEvent(type, { bubbles: true, cancelable: type === 'beforeinput', ...init }));
  const change = (text: string, caret = text.length, init: InputEventInit = {}) => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    fire('input', init);
  };
  return {
    input,
    inputs,
    change,
    compose: () => input.dispatchEvent(new CompositionEvent('compositionend')),
    /** Whether the browser may do it by itself. */
    put: (data: string, inputType = 'insertText', init: InputEventInit = {}) => {
      const [start, end] = [input.selectionStart!, input.selectionEnd!];
      const isNative = fire('beforeinput', { inputType, data, ...init });
      if (isNative)
        change(input.value.slice(0, start) + data + input.value.slice(end), start + data.length, init);
      return isNative;
    },
    erase: (inputType: 'deleteContentBackward' | 'deleteContentForward') => {
      const [start, end] = [input.selectionStart!, input.selectionEnd!];
      const isNative = fire('beforeinput', { inputType });
      const from = start === end && inputType === 'deleteContentBackward' ? start - 1 : start;
      const to = start === end && inputType === 'deleteContentForward' ? end + 1 : end;
      if (isNative) change(input.value.slice(0, from) + input.value.slice(to), from);
      return isNative;
    },
    marked: () => `${input.value.slice(0, input.selectionEnd!)}|${input.value.slice(input.selectionEnd!)}`,
  };
}

beforeEach(() => {
  document.body.innerHTML = '';
});
afterEach(() => {
  Reflect.deleteProperty(document, 'execCommand');
});

describe('a text takes the form of its mask', () => {
  test('as somebody types; what needs no help is left to the browser', () => {
    const { put, marked, inputs } = setUp();
    expect([...'0780'].map((key) => put(key))).toEqual([true, true, true, false]);
    expect(marked()).toBe('078-0|');
    expect(inputs).toEqual(['0', '07', '078', '078-0']);
  });

  test('as somebody deletes', () => {
    const { put, erase, input, marked } = setUp();
    put('0780511', 'insertFromPaste');
    expect(marked()).toBe('078-05-11|');
    expect(erase('deleteContentBackward')).toBe(true);
    input.setSelectionRange(4, 4);
    expect(erase('deleteContentBackward')).toBe(false);
    expect(marked()).toBe('07|0-51');
    expect(erase('deleteContentForward')).toBe(false);
    expect(marked()).toBe('07|5-1');
  });

  test('nothing happens to a sign that has no place', () => {
    const { put, marked, inputs } = setUp();
    put('0');
    expect(put('x')).toBe(false);
    expect(marked()).toBe('0|');
    expect(inputs).toEqual(['0']);
  });

  test('a literal that somebody types is passed over', () => {
    const { put, input, marked, inputs } = setUp();
    put('07805');
    input.setSelectionRange(3, 3);
    expect(put('-')).toBe(false);
    expect(marked()).toBe('078-|05');
    expect(inputs).toEqual(['078-05']);
  });

  test('also if it is filled in, dropped, or words of it deleted', () => {
    const { change, marked, inputs } = setUp();
    change('078051120', 9);
    expect(marked()).toBe('078-05-1120|');
    change('05-1120', 0, { inputType: 'deleteWordBackward' });
    expect(marked()).toBe('|051-12-0');
    expect(inputs.at(-1)).toBe('051-12-0');
  });

  test('what has no place there is left as it was filled in', () => {
    const { change, marked } = setUp();
    change('none, as yet');
    expect(marked()).toBe('none, as yet|');
  });

  test('once an input method is done with it, not while', () => {
    const { put, change, compose, marked, input } = setUp();
    put('078');
    expect(put('０', 'insertCompositionText', { isComposing: true })).toBe(true);
    expect(input.value).toBe('078０');
    compose();
    expect(marked()).toBe('078-0|');
    change('07');
    expect(put('x', 'insertText', { isComposing: true })).toBe(true);
  });

  test('not by taking back what undo brought back', () => {
    const { change, marked } = setUp();
    change('0780', 4, { inputType: 'historyUndo' });
    expect(marked()).toBe('0780|');
    change('07805', 5, { inputType: 'historyRedo' });
    expect(marked()).toBe('07805|');
  });
});

test('the browser’s own command makes the least change, so that it can be undone', () => {
  const { put, erase, input, marked, inputs } = setUp();
  const commands: unknown[] = [];
  Object.defineProperty(document, 'execCommand', {
    configurable: true,
    value: (command: string, _show: boolean, text: string) => {
      commands.push([command, input.selectionStart, input.selectionEnd, text]);
      input.setRangeText(text, input.selectionStart!, input.selectionEnd!, 'end');
      // A browser fires both while it runs.
      const options = { bubbles: true, cancelable: true, inputType: 'insertText', data: text };
      input.dispatchEvent(new InputEvent('beforeinput', options));
      input.dispatchEvent(new InputEvent('input', options));
      return true;
    },
  });
  put('0781120');
  input.setSelectionRange(4, 4);
  put('0');
  expect(marked()).toBe('078-0|1-120');
  input.setSelectionRange(0, 1);
  erase('deleteContentBackward');
  expect(marked()).toBe('|780-11-20');
  expect(commands).toEqual([
    ['insertText', 0, 0, '078-11-20'],
    ['insertText', 4, 7, '01-1'],
    ['insertText', 0, 8, '780-11-'],
  ]);
  expect(inputs).toHaveLength(3);
});

test('without it the text is put in place all the same', () => {
  const { put, input } = setUp();
  const execCommand = jest.fn(() => false);
  Object.defineProperty(document, 'execCommand', { configurable: true, value: execCommand });
  put('0780', 'insertFromPaste');
  expect(execCommand).toHaveBeenCalled();
  expect(input.value).toBe('078-0');
});
