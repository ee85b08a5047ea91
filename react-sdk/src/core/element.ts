import type { ElementKind, ElementState, Problem } from '@lunasec/secure-frame/protocol';
import { setStyles } from './frames.js';
import { createElementLink } from './link.js';
import type { ElementLink } from './link.js';
import type { Page } from './page.js';
import type { ControlProps } from './props.js';
import { presentationPart } from './parts.js';
import type { Presentation } from './presentation.js';

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

export function createElement(options: ElementOptions): SecureElement {
  const { page, kind, host, onState, onError } = options;
  let { props } = options;
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

  let presentation: Presentation | undefined;
  let askedAt = 0;
  /** Whether the grant of the token was renewed already, without success so far. */
  let renewed = false;

  const link = createElementLink({
    page,
    frame,
    takesInput: kind === 'input' || kind === 'textarea',
    whenReady: (offer) => presentationPart.use(offer),
    onConnect: () => presentation!.restyle(),
    events: {
      state(state, before) {
        if (state.shown === 'shown') renewed = false;
        presentation!.follow(state, before);
        onState(state, before);
      },
      problem(problem) {
        const isGrant = /^(READ_GRANT_MISSING|GRANT_EXPIRED)$/.test(problem.code);
        onError(problem, { refresh: isGrant && !renewed && page.canRefresh() ? refresh : undefined });
      },
      submit: options.onSubmit,
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

  // A delegation holds from the next time that it loads.
  if (props.copyable) frame.allow = 'clipboard-write';
  frame.src = page.elementURL;
  host.append(frame);
  show(true);
  // Where it cannot be fetched, the field says in time that it did not start.
  const forgetPart = presentationPart.use((part) => {
    presentation = part.createPresentation({
      ...options,
      props,
      appearance: page.appearance(part),
      frame,
      link,
    });
  });

  return {
    ...link,
    validate() {
      presentation?.touch();
      return link.validate();
    },
    update(next) {
      const before = props;
      props = next;
      if (next.token !== before.token) show();
      presentation?.update(next);
    },
    command(command) {
      link.command(command);
      if (command === 'blur') frame.blur();
    },
    close() {
      forgetPart();
      presentation?.close();
      link.close();
      frame.remove();
    },
  };
}
