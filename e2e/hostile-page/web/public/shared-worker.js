/* global self */
/** Listens where frames of the same origin, or of the same names, might speak. */
self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    for (const name of data) new BroadcastChannel(name).onmessage = ({ data }) => port.postMessage(data);
    port.postMessage('listening');
  };
};
