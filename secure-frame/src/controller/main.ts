import { assertionMessage, attachMessage } from '../protocol/internal.js';
import { protocolVersion, renewalFrameName } from '../protocol/messages.js';
import { invalid } from '../protocol/parsers.js';
import { observeConnection } from '../shared/connection.js';
import { createDropCounter } from '../shared/drops.js';
import { acceptPage } from '../shared/page.js';
import { findController, isFromSibling } from '../shared/siblings.js';
import { createApi } from './api.js';
import { createController } from './controller.js';

const assertion = location.hash.slice(1) || null;
// Out of the address, the history and anything that might report them, before anything else happens.
history.replaceState(null, '', location.pathname + location.search);

if (window.name === renewalFrameName) {
  // Only brings an assertion to the frame that holds the session.
  findController(window)?.postMessage(
    { lunasec: protocolVersion, type: 'assertion', assertion },
    location.origin,
  );
} else {
  const call = observeConnection(
    (input, init) => fetch(input, init),
    (connection) => controller.reportConnection(connection),
  );
  const controller = createController(createApi(call), () => document.visibilityState === 'visible');
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!isFromSibling(event, window)) return;
    const [port] = event.ports;
    const element = event.source as Window;
    if (attachMessage(event.data) !== invalid && port) controller.attachElement(port, () => element.closed);
    const message = assertionMessage(event.data);
    if (message !== invalid) controller.acceptAssertion(message.assertion);
  });
  const onDrop = createDropCounter(document);
  acceptPage(window, (port) => controller.connectPage(port, onDrop), onDrop);
  controller.acceptAssertion(assertion);
}
