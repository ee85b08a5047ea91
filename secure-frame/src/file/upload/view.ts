import { icon, iconButton, make } from '../dom.js';
import { formatPercent, formatSize, labelOfCode } from '../labels.js';
import type { Say } from '../labels.js';
import { shownName } from '../names.js';
import { createThumbnail } from '../thumbnail.js';
import type { FileAttributes } from '../../protocol/files.js';
import type { UploadEntry } from './uploads.js';

export interface UploadView {
  element: HTMLElement;
  /** What takes the focus. */
  button: HTMLButtonElement;
  configure(attributes: FileAttributes): void;
  render(entries: readonly UploadEntry[], valid: boolean): void;
}

export interface UploadActions {
  add(files: File[]): void;
  pause(id: number): void;
  resume(id: number): void;
  retry(id: number): void;
  remove(id: number): void;
}

interface RowView {
  element: HTMLElement;
  update(entry: UploadEntry): void;
}

/** The drop zone and the list of files. */
export function createUploadView(
  document: Document,
  say: Say,
  attributes: () => FileAttributes,
  isByPerson: (event: Event) => boolean,
  actions: UploadActions,
): UploadView {
  const input = make(document, 'input', { type: 'file', tabindex: '-1', 'aria-hidden': 'true' });
  input.hidden = true;
  const chooseText = make(document, 'span');
  const button = make(document, 'button', { type: 'button', className: 'choose' }, chooseText);
  const hint = make(document, 'span', { className: 'hint' });
  const zone = make(
    document,
    'div',
    { className: 'zone' },
    icon(document, 'upload'),
    make(document, 'span', { className: 'invite' }, button, hint),
    input,
  );
  const list = make(document, 'ul', { className: 'list' });
  const live = make(document, 'div', { className: 'live', role: 'status', 'aria-live': 'polite' });
  const element = make(document, 'div', { className: 'upload' }, zone, list, live);
  const rows = new Map<number, RowView>();
  let spoken = '';

  const isOff = () => attributes().disabled === true;
  /** Files of a folder or of text that is dragged are not taken. */
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

  button.addEventListener('click', (event) => {
    // What a script could do, if there were one: opening the chooser needs a person.
    if (isByPerson(event) && !isOff()) input.click();
  });
  zone.addEventListener('click', (event) => {
    if (isByPerson(event) && event.target !== button && !button.contains(event.target as Node) && !isOff()) {
      button.focus();
      if (event.target !== input) input.click();
    }
  });
  input.addEventListener('change', (event) => {
    if (!isByPerson(event) || isOff()) return;
    const files = [...(input.files ?? [])];
    // So that the same file can be chosen again.
    input.value = '';
    actions.add(files);
  });

  let depth = 0;
  const setOver = (over: boolean) => {
    zone.classList.toggle('over', over);
    hint.textContent = say(over ? 'dropHere' : attributes().multiple ? 'dropMany' : 'drop');
  };
  document.addEventListener('dragenter', (event) => {
    if (!hasFiles(event) || isOff()) return;
    event.preventDefault();
    if (++depth === 1) setOver(true);
  });
  document.addEventListener('dragleave', () => {
    if (depth > 0 && --depth === 0) setOver(false);
  });
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    // Also where nothing is taken: else the browser would leave the page for the file.
    event.preventDefault();
    event.dataTransfer!.dropEffect = isOff() ? 'none' : 'copy';
  });
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    setOver(false);
    if (isByPerson(event) && !isOff()) actions.add(droppedFiles(event.dataTransfer!));
  });

  function createRow(entry: UploadEntry): RowView {
    const { id, file } = entry;
    const name = shownName(file.name) || say('file');
    const thumbnail = createThumbnail(document);
    if (attributes().preview !== false && entry.state !== 'refused') void thumbnail.show(file);
    const detail = make(document, 'span', { className: 'detail', id: `detail-${id}` });
    const fill = make(document, 'span');
    const bar = make(document, 'span', { className: 'bar', role: 'progressbar' }, fill);
    bar.setAttribute('aria-label', name);
    bar.setAttribute('aria-valuemin', '0');
    bar.setAttribute('aria-valuemax', '100');
    const pause = iconButton(document, isByPerson, 'pause', () => actions.pause(id));
    const resume = iconButton(document, isByPerson, 'resume', () => actions.resume(id));
    const retry = iconButton(document, isByPerson, 'retry', () => actions.retry(id));
    const remove = iconButton(document, isByPerson, 'remove', () => {
      // The focus would fall to the document: it goes where the next file is chosen.
      button.focus();
      actions.remove(id);
    });
    const row = make(
      document,
      'li',
      { className: 'row' },
      thumbnail.element,
      make(
        document,
        'span',
        { className: 'about' },
        make(document, 'bdi', { className: 'name', title: name }, name),
        detail,
        bar,
      ),
      make(document, 'span', { className: 'actions' }, pause, resume, retry, remove),
    );

    function detailOf({ state, sent, code }: UploadEntry): string {
      const { lang, maxSize = 0, maxFiles = 1 } = attributes();
      const size = formatSize(file.size, lang);
      if (state === 'failed' || state === 'refused') {
        // What the tokenizer finds too large has a limit that only it knows.
        const limit = state === 'refused' ? formatSize(maxSize, lang) : size;
        return say(labelOfCode(code), { size: limit, count: String(maxFiles) });
      }
      const percent = formatPercent(file.size === 0 ? 0 : Math.floor((100 * sent) / file.size) / 100, lang);
      return `${size} · ${say(state, { percent })}`;
    }

    return {
      element: row,
      update(now) {
        const { state, sent } = now;
        const percent = state === 'stored' ? 100 : file.size === 0 ? 0 : Math.floor((100 * sent) / file.size);
        row.dataset.state = state;
        detail.textContent = detailOf(now);
        fill.style.inlineSize = `${percent}%`;
        bar.setAttribute('aria-valuenow', String(percent));
        bar.setAttribute('aria-valuetext', detail.textContent);
        bar.hidden = !['queued', 'uploading', 'waiting', 'paused'].includes(state);
        const focused = document.activeElement;
        pause.hidden = state !== 'uploading' && state !== 'waiting';
        resume.hidden = state !== 'paused';
        retry.hidden = state !== 'failed';
        for (const each of [pause, resume, retry, remove]) each.disabled = isOff();
        pause.setLabel(say('pause'), name);
        resume.setLabel(say('resume'), name);
        retry.setLabel(say('retry'), name);
        remove.setLabel(say(bar.hidden ? 'remove' : 'cancel'), name);
        // A button that is gone hands its focus to the one in its place.
        if ([pause, resume, retry].some((each) => each === focused && each.hidden))
          ([pause, resume, retry].find((each) => !each.hidden) ?? remove).focus();
      },
    };
  }

  /** Says what has changed, for those who do not see it; not each percent. */
  function speak(entries: readonly UploadEntry[]): void {
    const states = entries.map(({ id, state, code }) => `${id}:${state}:${code}`).join();
    if (states === spoken) return;
    const before = new Set(spoken.split(','));
    spoken = states;
    live.textContent = entries
      .filter(({ id, state, code }) => !before.has(`${id}:${state}:${code}`) && state !== 'queued')
      .map(({ id, file }) => {
        const detail = rows.get(id)!.element.querySelector('.detail')!.textContent;
        return `${shownName(file.name)}: ${detail}`;
      })
      .join('. ');
  }

  return {
    element,
    button,
    configure({ accept, multiple, disabled, required, ariaLabel, ariaDescription }) {
      input.multiple = multiple === true;
      if (accept === undefined) input.removeAttribute('accept');
      else input.accept = accept;
      input.disabled = disabled === true;
      button.disabled = disabled === true;
      zone.classList.toggle('off', disabled === true);
      chooseText.textContent = say(multiple ? 'chooseMany' : 'choose');
      setOver(zone.classList.contains('over'));
      if (ariaLabel) button.setAttribute('aria-label', `${ariaLabel}: ${chooseText.textContent}`);
      else button.removeAttribute('aria-label');
      const description = [ariaDescription, required ? say('required') : ''].filter(Boolean).join('. ');
      if (description) button.setAttribute('aria-description', description);
      else button.removeAttribute('aria-description');
      if (ariaLabel) list.setAttribute('aria-label', ariaLabel);
      else list.removeAttribute('aria-label');
    },
    render(entries, valid) {
      const wanted = new Set(entries.map(({ id }) => id));
      for (const [id, row] of rows)
        if (!wanted.has(id)) {
          row.element.remove();
          rows.delete(id);
        }
      for (const entry of entries) {
        let row = rows.get(entry.id);
        if (!row) {
          row = createRow(entry);
          rows.set(entry.id, row);
          list.append(row.element);
        }
        row.update(entry);
      }
      list.hidden = entries.length === 0;
      const isInvalid = attributes().ariaInvalid ?? !valid;
      button.setAttribute('aria-invalid', String(isInvalid));
      zone.classList.toggle('invalid', isInvalid && entries.length > 0);
      speak(entries);
    },
  };
}

/** The files that were dropped; folders, which have no content of their own, are left out. */
function droppedFiles(transfer: DataTransfer): File[] {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  return items.flatMap((item) => {
    const entry = item.webkitGetAsEntry?.();
    const file = entry?.isDirectory ? null : item.getAsFile();
    return file ? [file] : [];
  });
}
