import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { ElementOptions, SecureElement } from './element.js';
import { engine } from './engine.js';
import { setStyles } from './frames.js';

/**
 * Puts the frame of an element into its host. The frame loads at once; what is asked of the element before it can be done waits
 * until it can.
 */
export function startElement(options: Omit<ElementOptions, 'frame' | 'isLoaded'>): SecureElement {
  const { page, host, onError } = options;
  let { props } = options;
  let isLoaded = false;
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
  frame.addEventListener('load', () => (isLoaded = true), { once: true });
  // A delegation holds from the next time that it loads.
  if (props.copyable) frame.allow = 'clipboard-write';
  frame.src = page.elementURL;
  host.append(frame);

  let element: SecureElement | undefined;
  let cancel = () => {};
  const ready = new Promise<SecureElement>((resolve, reject) => {
    const forget = engine.use(
      ({ createElement }) => resolve((element = createElement({ ...options, props, frame, isLoaded }))),
      (problem) => {
        onError(problem, { refresh: undefined });
        reject(problem);
      },
    );
    cancel = () => {
      forget();
      reject(new ProblemError('UNAVAILABLE', 'The secure field was removed.'));
    };
  });
  ready.catch(() => undefined);
  const later = (task: (element: SecureElement) => void) => {
    if (element) task(element);
    else ready.then(task, () => undefined);
  };

  return {
    validate: async () => (element ?? (await ready)).validate(),
    tokenize: async (batch) => (element ?? (await ready)).tokenize(batch),
    command: (command) => later((element) => element.command(command)),
    reset: () => later((element) => element.reset()),
    showAgain: () => later((element) => element.showAgain()),
    update(next) {
      props = next;
      element?.update(next);
    },
    close() {
      cancel();
      element?.close();
      frame.remove();
    },
  };
}
