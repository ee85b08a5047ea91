import { createControllerLink } from '../element/link.js';
import { acceptPage } from '../shared/page.js';
import { findController } from '../shared/siblings.js';
import { createFilePage } from './file.js';
import { createNetwork } from './upload/network.js';
import { createSend } from './upload/send.js';

// A file that is dropped beside the page's own place, or before it is there, must not take its place.
for (const type of ['dragover', 'drop']) window.addEventListener(type, (event) => event.preventDefault());

acceptPage(window, (port) =>
  createFilePage({
    document,
    port,
    fetch: (input, init) => fetch(input, init),
    send: createSend(() => new XMLHttpRequest()),
    network: createNetwork(window),
    now: () => performance.now(),
    link: (onReset) =>
      createControllerLink({ find: () => findController(window), origin: location.origin, onReset }),
  }),
);
