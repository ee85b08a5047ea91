import { createDropCounter } from '../shared/drops.js';
import { acceptPage } from '../shared/page.js';
import { findController } from '../shared/siblings.js';
import { createElement } from './element.js';
import { createControllerLink } from './link.js';

// Back to where there is room to scroll: see element.css.
for (const type of ['scroll', 'keydown', 'focusin']) addEventListener(type, () => scrollTo(0, 0), true);

const onDrop = createDropCounter(document);
// A style sheet that is not the one it was built with is not applied. It hides what must not be seen: no field without it.
if (document.styleSheets[0])
  acceptPage(
    window,
    (port) =>
      createElement({
        document,
        port,
        onDrop,
        fetch: fetch.bind(window),
        now: () => performance.now(),
        clipboard: navigator.clipboard,
        isByPerson: ({ isTrusted }) => isTrusted,
        loadExtras: () => import('./extras.js'),
        link: (onReset) =>
          createControllerLink({ find: () => findController(window), origin: location.origin, onReset }),
      }),
    onDrop,
  );
