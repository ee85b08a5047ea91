import type { ElementKind, ElementState, Problem } from '@lunasec/secure-frame/protocol';
import { createElementLink } from './link.js';
import type { ElementLink } from './link.js';
import { takesInput } from './marks.js';
import type { Page } from './page.js';
import type { ControlProps } from './props.js';
import { createPresentation } from './presentation.js';
import { createRenewal } from './renewal.js';

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
  const link = createElementLink({
    page,
    frame,
    takesInput: takesInput(kind),
    isLoaded,
    onConnect: () => presentation.restyle(),
    events: {
      state(state, before) {
        if (state.shown === 'shown') renewal.reset();
        presentation.follow(state, before);
        onState(state, before);
      },
      problem: (problem) => onError(problem, renewal.helpFor(problem)),
      submit: options.onSubmit,
    },
  });

  const renewal = createRenewal(page, frame, () => link.showAgain());

  function show(isFirst?: boolean): void {
    renewal.reset();
    renewal.asked();
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
