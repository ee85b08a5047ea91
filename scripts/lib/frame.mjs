/** What a browser does with a secure frame, without the browser: for checks of servers. */
import { decryptValue, encryptValue, fromBase64, sha256, toBase64 } from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';
import { randomBytes } from 'node:crypto';

/** Posts a GraphQL operation; gives its data and errors. */
export async function graphql(url, query, variables, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** A text as a frame encrypts it, under a new token and key, and what it tells the tokenizer of it. */
export async function seal(text) {
  const token = createToken();
  const dataKey = randomBytes(32);
  const data = new TextEncoder().encode(text);
  const ciphertext = await encryptValue({ token, dataKey, mediaType: 'text/plain;charset=utf-8', data });
  const checksum = toBase64(await sha256(ciphertext));
  return { ciphertext, input: { token, dataKey: toBase64(dataKey), size: ciphertext.length, checksum } };
}

/** Loads the secure frame of an app for the session of a cookie. */
export async function openFrame({ appURL, tokenizerURL, cookie }) {
  const handshake = await fetch(`${appURL}/.lunasec/secure-frame`, {
    redirect: 'manual',
    headers: { cookie, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin' },
  });
  const location = handshake.headers.get('location');
  if (!location) throw new Error(`The secure frame answered ${handshake.status}: ${await handshake.text()}`);
  const assertion = new URL(location).hash.slice(1);
  if (!assertion) throw new Error('The app sees no session.');
  const call = async (query, variables, headers) => {
    const { data, errors } = await graphql(`${tokenizerURL}/graphql`, query, variables, headers);
    if (errors) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code });
    return data;
  };
  const { createSession } = await call(
    'mutation ($assertion: String!) { createSession(assertion: $assertion) { accessToken } }',
    { assertion },
  );
  const bearer = { authorization: `Bearer ${createSession.accessToken}` };

  return {
    /** Encrypts a text, stores it, and gives its token. */
    async tokenize(text) {
      const { input, ciphertext } = await seal(text);
      const { tokenize } = await call(
        'mutation ($inputs: [TokenizeInput!]!) { tokenize(inputs: $inputs) { upload { url method headers } problem { code } } }',
        { inputs: [input] },
        bearer,
      );
      const [{ upload, problem }] = tokenize;
      if (problem) throw new Error(problem.code);
      const stored = await fetch(upload.url, {
        method: upload.method,
        headers: upload.headers,
        body: ciphertext,
      });
      if (!stored.ok) throw new Error(`The upload answered ${stored.status}.`);
      return input.token;
    },
    /** Gives the text of a token, or the code of why not. */
    async detokenize(token) {
      const { detokenize } = await call(
        'mutation ($tokens: [ID!]!) { detokenize(tokens: $tokens) { download { url method headers dataKey } problem { code } } }',
        { tokens: [token] },
        bearer,
      );
      const [{ download, problem }] = detokenize;
      if (problem) return problem.code;
      const stored = await fetch(download.url, { method: download.method, headers: download.headers });
      if (!stored.ok) throw new Error(`The download answered ${stored.status}.`);
      const ciphertext = new Uint8Array(await stored.arrayBuffer());
      const { data } = await decryptValue({ token, dataKey: fromBase64(download.dataKey), ciphertext });
      return new TextDecoder().decode(data);
    },
  };
}
