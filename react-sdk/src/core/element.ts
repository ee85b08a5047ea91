import type { ElementKind, ElementState, Problem } from '@lunasec/secure-frame/protocol';
import { createElementLink } from './link.js';
import type { ElementLink } from './link.js';
import type { Page } from './page.js';
import type { ControlProps } from './props.js';
import { createPresentation } from './presentation.js';

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
  /** Positioned; the frame is in it and covers it. */
  host: HTMLElement;
  frame: HTMLIFrameElement;
  /** Whether the frame has loaded. */
  isLoaded: boolean;
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

/** One secure element of a page: what goes over the line to its frame, and its look. */
export interface SecureElement extends Omit<ElementLink, 'configure' | 'style' | 'show'> {
  update(props: ControlProps): void;
}

export function createElement(options: ElementOptions): SecureElement {
  const { page, kind, frame, isLoaded, onState, onError } = options;
  let { props } = options;
  let askedAt = 0;
  /** Whether the grant of the token was renewed already, without success so far. */
  let renewed = false;

  const link = createElementLink({
    page,
    frame,
    takesInput: kind === 'input' || kind === 'textarea',
    isLoaded,
    onConnect: () => presentation.restyle(),
    events: {
      state(state, before) {
        if (state.shown === 'shown') renewed = false;
        presentation.follow(state, before);
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

  const presentation = createPresentation({ ...options, appearance: page.appearance, link });
  show(true);

  return {
    ...link,
    validate() {
      presentation.touch();
      return link.validate();
    },
    update(next) {
      const before = props;
      props = next;
      if (next.token !== before.token) show();
      presentation.update(next);
    },
    command(command) {
      link.command(command);
      if (command === 'blur') frame.blur();
    },
    close() {
      presentation.close();
      link.close();
    },
  };
}
