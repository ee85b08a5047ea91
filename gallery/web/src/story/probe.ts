/** Tries, as a hostile script on this page would, to read what secure elements inside `stage` hold. */
export function* probe(stage: HTMLElement): Generator<[attempt: string, outcome: unknown]> {
  for (const input of stage.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'input[data-lunasec], textarea[data-lunasec]',
  ))
    yield [`document.querySelector('${input.localName}').value`, input.value];
  for (const frame of stage.querySelectorAll('iframe')) {
    const name = frame.title || 'frame';
    yield [`iframe “${name}”.contentDocument`, frame.contentDocument];
    yield [
      `iframe “${name}”.contentWindow.document`,
      attempt(() => frame.contentWindow!.document.body.innerText),
    ];
  }
  for (const text of stage.querySelectorAll<HTMLElement>('p[data-lunasec], span[data-lunasec]'))
    yield [
      `document.querySelector('${text.localName}').textContent`,
      text.textContent.replaceAll('\u200b', ''),
    ];
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
