import type { ElementKind, ElementState, Problem } from '@lunasec/secure-frame/protocol';
import { setStyles } from './frames.js';
import { createElementLink } from './link.js';
import type { ElementLink } from './link.js';
import { labelOf, textOf } from './name.js';
import type { Page } from './page.js';
import { attributesOf } from './props.js';
import type { ControlProps } from './props.js';
import { setRows } from './rows.js';
import { stateAttributes } from './states.js';
import { readStyles, takesInput } from './style.js';

/** What an app can do about a problem. */
export interface ProblemHelp {
  /**
   * Given when a read grant is missing or ran out and the app said how to ask for its data again: does that, once for all
   * elements that failed at about the same time, and shows the token again. Not given for a second failure in a row.
   */
  refresh: (() => Promise<void>) | undefined;
}

export interface ElementOptions {
  page: Page;
  kind: ElementKind;
  /** Positioned; the frame is put into it and covers it. */
  host: HTMLElement;
  /** Wears the app's classes. Of a paragraph or span this is the host itself, of a control a hidden sibling of the frame. */
  twin: HTMLElement;
  /** Whose labels name it. */
  labelled: HTMLElement;
  props: ControlProps;
  /** Called before the twin's style is read. */
  arrange(): void;
  onState(state: ElementState, before: ElementState | undefined): void;
  onError(problem: Problem, help: ProblemHelp): void;
  onSubmit(): void;
}

/** One secure element of a page: its frame, what goes over the line to it, and its look. */
export interface SecureElement extends Omit<ElementLink, 'configure' | 'style' | 'show'> {
  update(props: ControlProps): void;
}

const ring = ['outline-style', 'outline-width', 'outline-color', 'outline-offset', 'box-shadow'];
const corners = ['top-left', 'top-right', 'bottom-right', 'bottom-left'].map((at) => `border-${at}-radius`);

/** What decides the look, as far as the app says it here. */
const lookOf = ({ className, style, hidden }: ControlProps) => JSON.stringify([className, style, hidden]);

export function createElement({
  page,
  kind,
  host,
  twin,
  labelled,
  props,
  arrange,
  onState,
  onError,
  onSubmit,
}: ElementOptions): SecureElement {
  const isControl = takesInput(kind);
  const frame = host.ownerDocument.createElement('iframe');
  setStyles(frame, {
    all: 'initial',
    position: 'absolute',
    top: '0',
    left: '0',
    width: '100%',
    height: '100%',
    // Until its look is set; then nothing flashes.
    visibility: 'hidden',
  });

  let askedAt = 0;
  /** Whether the grant of the token was renewed already, without success so far. */
  let renewed = false;

  const link = createElementLink({
    page,
    frame,
    takesInput: isControl,
    onConnect: restyle,
    events: {
      state(state, before) {
        if (state.shown === 'shown') renewed = false;
        setStyles(frame, { visibility: 'visible' });
        mark(stateAttributes.focus, state.focused);
        mark(stateAttributes.invalid, !state.valid);
        mark('data-lunasec-filled', state.filled);
        if (setRows(twin, state.rows)) restyle();
        onState(state, before);
      },
      problem(problem) {
        const isGrant = /^(READ_GRANT_MISSING|GRANT_EXPIRED)$/.test(problem.code);
        onError(problem, { refresh: isGrant && !renewed && page.canRefresh() ? refresh : undefined });
      },
      submit: onSubmit,
    },
  });

  async function refresh(): Promise<void> {
    renewed = true;
    await page.renewGrants(askedAt);
    askedAt = performance.now();
    if (frame.isConnected) link.showAgain();
  }

  function show(isFirst?: boolean): void {
    renewed = false;
    askedAt = performance.now();
    link.show(props.token || null, !isFirst && props.token !== undefined);
  }

  /** A state of the element in the frame, for the app's style sheets and for what the page draws around the frame. */
  function mark(attribute: string, on: boolean): void {
    if (twin.hasAttribute(attribute) === on) return;
    twin.toggleAttribute(attribute, on);
    paint();
  }

  function paint(): void {
    const computed = getComputedStyle(twin);
    // With another scheme than its content a frame is not transparent.
    const names = isControl ? ['color-scheme', ...ring, ...corners] : ['color-scheme'];
    setStyles(frame, Object.fromEntries(names.map((name) => [name, computed.getPropertyValue(name)])));
  }

  function restyle(): void {
    arrange();
    link.style(readStyles(twin, kind));
    paint();
    // A fieldset around or the text of a label may have changed too.
    configure();
  }

  const texts = new MutationObserver(configure);
  const textAt = (ids: string | undefined) => textOf(twin, ids, texts);

  function configure(): void {
    const attributes = attributesOf(props);
    const { tabIndex, validator } = props;
    texts.disconnect();
    const label = textAt(props['aria-labelledby']) ?? attributes.ariaLabel ?? labelOf(labelled, texts);
    frame.title = label ?? props.placeholder ?? props.name ?? '';
    if (tabIndex === undefined) frame.removeAttribute('tabindex');
    else frame.tabIndex = tabIndex;
    if (isControl) {
      attributes.ariaLabel = label;
      const description = attributes.ariaDescription ?? textAt(props['aria-describedby']) ?? props.title;
      const error = attributes.ariaInvalid ? textAt(props['aria-errormessage']) : undefined;
      attributes.ariaDescription = [description, error].filter(Boolean).join(' ').slice(0, 1000) || undefined;
      // A disabled fieldset disables what is in it.
      attributes.disabled = twin.matches(':disabled');
    }
    attributes.lang ??= twin.closest<HTMLElement>('[lang]')?.lang;
    link.configure({
      kind,
      attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
      ...(validator && { validator }),
    });
  }

  const hover = ({ type }: Event) => mark(stateAttributes.hover, type === 'mouseenter');
  frame.addEventListener('mouseenter', hover);
  frame.addEventListener('mouseleave', hover);
  const unwatch = page.appearance.watch(host, restyle);
  // A delegation holds from the next time that a frame loads.
  if (props.copyable) frame.allow = 'clipboard-write';
  frame.src = page.elementURL;
  host.append(frame);
  configure();
  show(true);

  return {
    ...link,
    update(next) {
      const before = props;
      props = next;
      if (next.token !== before.token) show();
      if (lookOf(next) !== lookOf(before)) restyle();
      else configure();
    },
    command(command) {
      link.command(command);
      if (command === 'blur') frame.blur();
    },
    close() {
      unwatch();
      texts.disconnect();
      link.close();
      frame.remove();
      for (const name of [...Object.values(stateAttributes), 'data-lunasec-filled'])
        twin.removeAttribute(name);
    },
  };
}
