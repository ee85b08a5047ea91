import { createDropCounter } from '../shared/drops.js';
import { acceptPage } from '../shared/page.js';
import { findController } from '../shared/siblings.js';
import { createElement } from './element.js';
import { createControllerLink } from './link.js';

const onDrop = createDropCounter(document);
acceptPage(
  window,
  (port) =>
    createElement({
      document,
      port,
      onDrop,
      fetch: (input, init) => fetch(input, init),
      now: () => performance.now(),
      clipboard: navigator.clipboard,
      isByPerson: ({ isTrusted }) => isTrusted,
      loadExtras: () => import('./extras.js'),
      link: (onReset) =>
        createControllerLink({ find: () => findController(window), origin: location.origin, onReset }),
    }),
  onDrop,
);
