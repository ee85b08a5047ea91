import type { Problem } from '@lunasec/secure-frame/protocol';
import { createElement } from './element.js';
import type { ProblemHelp, SecureElement } from './element.js';
import { createMounting } from './mounting.js';
import type { Page } from './page.js';
import type { ElementProps } from './props.js';

export interface TextProps extends ElementProps {
  /** Why its token cannot be shown; undefined when that may have passed. */
  onFailure?: ((problem: Problem | undefined) => void) | undefined;
}

/** An element that shows a stored value. */
export interface Text {
  update(props: TextProps): void;
  /** Puts the frame over `host`, which must have a size. Returns a function that takes it away. */
  mount(page: Page, host: HTMLElement): () => void;
  /** Shows the token again after a failure, with a renewed read grant if that can help. */
  retry(): void;
}

export function createText(kind: 'paragraph' | 'span'): Text {
  let props: TextProps = {};
  let element: SecureElement | undefined;
  let help: ProblemHelp | undefined;

  return {
    update(next) {
      props = next;
      element?.update(next);
    },
    mount: createMounting((page: Page, host: HTMLElement) => {
      const made = createElement({
        page,
        kind,
        host,
        twin: host,
        labelled: host,
        props,
        // The frame lies over the element, so that must be positioned, in whichever way.
        arrange() {
          if (getComputedStyle(host).position === 'static') host.style.position = 'relative';
        },
        onState({ shown }) {
          if (shown !== 'failed') props.onFailure?.(undefined);
        },
        onError(problem, given) {
          help = given;
          props.onFailure?.(problem);
          props.onError?.(problem, given);
        },
        onSubmit() {},
      });
      element = made;
      return () => {
        made.close();
        element = undefined;
      };
    }),
    retry() {
      const show = () => element?.showAgain();
      // A refresh shows it itself.
      if (help?.refresh) help.refresh().catch(show);
      else show();
      help = undefined;
    },
  };
}
