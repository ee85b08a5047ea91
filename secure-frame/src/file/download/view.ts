import { iconButton, make } from '../dom.js';
import { isImage, kindOf, magicLength } from '../kinds.js';
import { formatPercent, formatSize, labelOfCode } from '../labels.js';
import type { Say } from '../labels.js';
import { savedName, shownName } from '../names.js';
import { createThumbnail } from '../thumbnail.js';
import type { FileAttributes } from '../../protocol/files.js';
import type { DownloadOf } from './downloads.js';

export interface DownloadView {
  element: HTMLElement;
  button: HTMLButtonElement;
  configure(attributes: FileAttributes): void;
  render(): void;
}

/** How long the browser may take to copy what is saved, in milliseconds. */
const savingTime = 60_000;

/** One row with the file's name and what can be done with it, and below it the preview. */
export function createDownloadView(
  document: Document,
  say: Say,
  attributes: () => FileAttributes,
  isByPerson: (event: Event) => boolean,
  download: DownloadOf,
): DownloadView {
  let thumbnail = createThumbnail(document);
  const name = make(document, 'bdi', { className: 'name' });
  const detail = make(document, 'span', { className: 'detail' });
  const fill = make(document, 'span');
  const bar = make(document, 'span', { className: 'bar', role: 'progressbar' }, fill);
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '100');
  const save = iconButton(document, isByPerson, 'download', () => void saveFile());
  const retry = iconButton(document, isByPerson, 'retry', () => void download.fetch());
  const stop = iconButton(document, isByPerson, 'remove', () => download.stop());
  const row = make(
    document,
    'div',
    { className: 'row' },
    thumbnail.element,
    make(document, 'span', { className: 'about' }, name, detail, bar),
    make(document, 'span', { className: 'actions' }, retry, stop, save),
  );
  const picture = make(document, 'img', { className: 'picture' });
  // There for every kind of file: a page can count the frames in a frame.
  const pages = make(document, 'iframe', { className: 'pages' });
  const viewer = make(document, 'div', { className: 'viewer' }, picture, pages);
  const live = make(document, 'div', { className: 'live', role: 'status', 'aria-live': 'polite' });
  const element = make(document, 'div', { className: 'download' }, row, viewer, live);

  let shown: Blob | null = null;
  let previewURL: string | undefined;
  let saved = false;
  let spoken = '';

  /** Called from a click of a person only. What is saved is typed as bytes: nothing opens it on its way. */
  async function saveFile(): Promise<void> {
    const content = await download.fetch();
    if (!content) return;
    const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
    const link = make(document, 'a', { download: savedName(download.status().filename) });
    link.href = url;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), savingTime);
    saved = true;
    render();
  }

  function clearPreview(): void {
    if (previewURL === undefined) return;
    URL.revokeObjectURL(previewURL);
    previewURL = undefined;
    picture.removeAttribute('src');
    pages.removeAttribute('src');
    picture.hidden = pages.hidden = true;
  }

  async function showPreview(content: Blob | null): Promise<void> {
    if (content === shown) return;
    shown = content;
    clearPreview();
    viewer.dataset.note = '';
    if (!content) {
      const next = createThumbnail(document);
      thumbnail.element.replaceWith(next.element);
      thumbnail = next;
      return;
    }
    void thumbnail.show(content);
    if (attributes().preview !== true) return;
    const kind = kindOf(new Uint8Array(await content.slice(0, magicLength).arrayBuffer()));
    if (shown !== content) return;
    const isPDF = kind === 'application/pdf' && document.defaultView!.navigator.pdfViewerEnabled;
    if (!isImage(kind) && !isPDF) {
      viewer.dataset.note = say('noPreview');
      return;
    }
    // Of the type that its bytes have: what was said of it when it was stored does not count.
    previewURL = URL.createObjectURL(content.slice(0, content.size, kind));
    const target = isPDF ? pages : picture;
    // A small frame has no room for the list of pages.
    target.src = isPDF ? `${previewURL}#navpanes=0` : previewURL;
    target.hidden = false;
  }

  function detailOf(): string {
    const { state, size, received, problem, isDamaged } = download.status();
    const { lang } = attributes();
    if (state === 'failed') return say(isDamaged ? 'damaged' : labelOfCode(problem!.code));
    if (state === 'loading' || state === 'none') return say('loading');
    if (state === 'downloading')
      return `${formatSize(size, lang)} · ${say('downloading', { percent: formatPercent(shareOf(received, size), lang) })}`;
    return saved ? `${formatSize(size, lang)} · ${say('saved')}` : formatSize(size, lang);
  }

  function render(): void {
    const { state, filename, size, received, content } = download.status();
    if (state === 'loading' || state === 'none') saved = false;
    row.hidden = state === 'none';
    row.dataset.state = state;
    const title = shownName(filename ?? '') || say('file');
    name.textContent = title;
    name.title = title;
    detail.textContent = detailOf();
    const percent = Math.round(100 * (state === 'ready' ? 1 : shareOf(received, size)));
    fill.style.inlineSize = `${percent}%`;
    bar.setAttribute('aria-label', title);
    bar.setAttribute('aria-valuenow', String(percent));
    bar.hidden = state !== 'downloading' && state !== 'loading';
    const focused = document.activeElement;
    retry.hidden = state !== 'failed';
    stop.hidden = state !== 'downloading' || attributes().preview === true;
    save.hidden = !['named', 'ready'].includes(state);
    for (const each of [retry, stop, save]) each.disabled = attributes().disabled === true;
    retry.setLabel(say('retry'), title);
    stop.setLabel(say('stop'), title);
    save.setLabel(say('download'), title);
    if ([retry, stop, save].some((each) => each === focused && each.hidden))
      [retry, stop, save].find((each) => !each.hidden)?.focus();
    picture.alt = `${say('preview')}: ${title}`;
    pages.title = `${say('preview')}: ${title}`;
    void showPreview(content);
    const said = `${title}: ${say(state === 'failed' ? 'failed' : state === 'ready' && saved ? 'saved' : 'file')}`;
    if (said !== spoken && (state === 'failed' || saved))
      live.textContent = `${title}: ${detail.textContent}`;
    spoken = said;
  }

  picture.hidden = pages.hidden = true;
  return {
    element,
    button: save,
    configure({ preview, ariaLabel }) {
      viewer.hidden = preview !== true;
      element.classList.toggle('previewing', preview === true);
      element.setAttribute('role', 'group');
      if (ariaLabel) element.setAttribute('aria-label', ariaLabel);
      else element.removeAttribute('aria-label');
    },
    render,
  };
}

const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : Math.floor((100 * part) / whole) / 100);
