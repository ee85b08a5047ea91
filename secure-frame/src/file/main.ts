import { createControllerLink } from '../element/link.js';
import { createDropCounter } from '../shared/drops.js';
import { acceptPage } from '../shared/page.js';
import { findController } from '../shared/siblings.js';
import { createFilePage } from './file.js';
import { createFileLink } from './link.js';
import { createNetwork } from './upload/network.js';
import { createSend } from './upload/send.js';

// A file that is dropped beside the page's own place, or before it is there, must not take its place.
for (const type of ['dragover', 'drop']) window.addEventListener(type, (event) => event.preventDefault());

const onDrop = createDropCounter(document);
// A style sheet that is not the one it was built with is not applied. No field without it.
if (document.styleSheets[0])
  acceptPage(
    window,
    (port) =>
      createFilePage({
        document,
        port,
        onDrop,
        isByPerson: ({ isTrusted }) => isTrusted,
        fetch: (input, init) => fetch(input, init),
        send: createSend(() => new XMLHttpRequest()),
        network: createNetwork(window),
        now: () => performance.now(),
        link: (onReset) =>
          createFileLink(
            createControllerLink({ find: () => findController(window), origin: location.origin, onReset }),
          ),
      }),
    onDrop,
  );
