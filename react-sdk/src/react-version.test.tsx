import { expect, test } from '@jest/globals';
import { version } from 'react';
import { version as rendererVersion } from 'react-dom';

declare const reactMajor: number;

test('these tests run on the React that their jest project names', () => {
  expect(version.split('.')[0]).toBe(String(reactMajor));
  expect(rendererVersion).toBe(version);
});
