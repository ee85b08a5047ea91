import { describe, expect, test } from '@jest/globals';
import { isAccepted } from './accept.js';

const pdf = { name: 'Report.PDF', type: 'application/pdf' };
const photo = { name: 'photo.jpeg', type: 'image/jpeg' };
const unknown = { name: 'data', type: '' };

describe('a file is accepted', () => {
  test.each([undefined, '', ' , '])('whatever it is, when accept is %j', (accept) => {
    for (const file of [pdf, photo, unknown]) expect(isAccepted(file, accept)).toBe(true);
  });

  test.each([
    ['.pdf', pdf],
    [' .docx , .pdf ', pdf],
    ['application/pdf', pdf],
    ['APPLICATION/PDF', pdf],
    ['image/*', photo],
    ['.png,image/*', photo],
  ])('%j takes %j', (accept, file) => {
    expect(isAccepted(file, accept)).toBe(true);
  });

  test.each([
    ['.pdf', photo],
    ['.pd', pdf],
    ['pdf', pdf],
    ['image/*', pdf],
    ['image/png', photo],
    ['image/*', { name: 'image', type: 'imagery/x' }],
    ['*/*x', pdf],
    ['image/*', unknown],
    ['.exe', { name: 'run.exe.txt', type: 'text/plain' }],
  ])('%j does not take %j', (accept, file) => {
    expect(isAccepted(file, accept)).toBe(false);
  });
});
