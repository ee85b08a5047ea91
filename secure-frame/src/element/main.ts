import { acceptPage } from '../shared/page.js';
import { findController } from '../shared/siblings.js';
import { createElement } from './element.js';
import { createControllerLink } from './link.js';

acceptPage(window, (port) =>
  createElement({
    document,
    port,
    fetch: (input, init) => fetch(input, init),
    now: () => performance.now(),
    clipboard: navigator.clipboard,
    isByPerson: ({ isTrusted }) => isTrusted,
    loadExtras: () => import('./extras.js'),
    link: (onReset) =>
      createControllerLink({ find: () => findController(window), origin: location.origin, onReset }),
  }),
);
