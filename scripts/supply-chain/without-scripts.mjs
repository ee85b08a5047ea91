/**
 * Packs what is published, installs it into a fresh folder with `--ignore-scripts`, and uses it: a tokenizer on MongoDB and S3, which
 * does not start with altered frames, a server with the node-sdk, a page rendered with the react-sdk, and a value that goes through.
 */
import mongoose from 'mongoose';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { graphql, openFrame } from '../lib/frame.mjs';
import { root } from '../lib/workspace.mjs';
import { freePort } from '../services/ports.mjs';
import { published } from './lock.mjs';

const run = promisify(execFile);
const secret = 'AB 12 34 56 C';
const example = 'sdl';
const database = `lunasec_test_${randomUUID().replaceAll('-', '_')}`;

/** `{ MONGODB_URI, S3_ENDPOINT, … }`: as `npm run services` sets them. Gives complaints. */
export async function useWithoutScripts(services) {
  const folder = mkdtempSync(join(tmpdir(), 'lunasec-without-scripts-'));
  const children = [];
  try {
    await installIn(folder);
    if (existsSync(join(folder, 'node_modules/better-sqlite3/build')))
      return ['an install script has run: better-sqlite3 has native code'];
    const start = (args, env) => {
      const child = launch(folder, args, env);
      children.push(child);
      return child;
    };
    const [tokenizerPort, appPort] = await Promise.all([freePort(), freePort()]);
    const [tokenizerURL, appURL] = [`http://127.0.0.1:${tokenizerPort}`, `http://localhost:${appPort}`];
    const settings = {
      LUNASEC_HOST: '127.0.0.1',
      LUNASEC_PORT: String(tokenizerPort),
      LUNASEC_PUBLIC_URL: tokenizerURL,
      LUNASEC_DATA_DIRECTORY: join(folder, 'data'),
      LUNASEC_APPLICATIONS: JSON.stringify([
        { id: example, jwksURL: `${appURL}/.lunasec/jwks.json`, origins: [appURL] },
      ]),
    };
    const tokenizer = ['node_modules/@lunasec/tokenizer-api/dist/main.js', 'start'];

    const embedded = start(tokenizer, settings);
    const [code] = await embedded.ended;
    const complaints = [];
    if (code !== 1 || !/npm rebuild better-sqlite3/.test(embedded.output()))
      complaints.push(`without native code SQLite ended with ${code}, and said: ${embedded.output()}`);

    const style = frameFile(folder, /^element-.*\.css$/);
    const asBuilt = readFileSync(style);
    appendFileSync(style, ' ');
    const altered = start(tokenizer, { ...settings, ...storesOf(services) });
    const [refused] = await altered.ended;
    if (refused !== 1 || !/The frames in .* are not the published ones/.test(altered.output()))
      complaints.push(`with an altered frame it ended with ${refused}, and said: ${altered.output()}`);
    writeFileSync(style, asBuilt);

    const shared = start(tokenizer, { ...settings, ...storesOf(services) });
    await answers(`${tokenizerURL}/readyz`, shared);
    const app = start(['server.mjs'], { PORT: String(appPort), TOKENIZER_URL: tokenizerURL });
    await answers(`${appURL}/.lunasec/jwks.json`, app);
    complaints.push(...(await takeAValueThrough({ appURL, tokenizerURL })));
    const { stdout } = await run(process.execPath, ['page.mjs'], { cwd: folder });
    if (!/<form.*<input/.test(stdout)) complaints.push(`the react-sdk rendered: ${stdout}`);
    return complaints;
  } finally {
    for (const child of children) child.kill();
    await Promise.all(children.map(({ ended }) => ended));
    const connection = await mongoose
      .createConnection(services.MONGODB_URI, { dbName: database })
      .asPromise();
    await connection.dropDatabase();
    await connection.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function frameFile(folder, name) {
  const assets = join(folder, 'node_modules/@lunasec/secure-frame/dist/frame/assets');
  return join(
    assets,
    readdirSync(assets).find((file) => name.test(file)),
  );
}

async function installIn(folder) {
  const tarballs = [];
  for (const name of published) {
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      {
        cwd: join(root, name),
      },
    );
    tarballs.push(`./${JSON.parse(stdout)[0].filename}`);
  }
  cpSync(join(root, 'examples', example), folder, {
    recursive: true,
    filter: (path) => !/[/\\]node_modules$/.test(path),
  });
  writeFileSync(
    join(folder, 'page.mjs'),
    `import { LunaSecProvider, SecureForm, SecureInput } from '@lunasec/react-sdk';
     import { createElement as h } from 'react';
     import { renderToString } from 'react-dom/server';
     const form = h(SecureForm, null, h(SecureInput, { name: 'ssn', 'aria-label': 'Number' }));
     console.log(renderToString(h(LunaSecProvider, { applicationId: 'sdl', tokenizerURL: 'http://127.0.0.1:1' }, form)));`,
  );
  const react = JSON.parse(readFileSync(join(root, 'node_modules/react/package.json'), 'utf8')).version;
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs];
  await run('npm', [...args, `react@${react}`, `react-dom@${react}`], { cwd: folder });
  mkdirSync(join(folder, 'data'));
}

const storesOf = ({ MONGODB_URI, S3_ENDPOINT, S3_BUCKET = 'lunasec-test', S3_REGION = 'us-east-1' }) => ({
  LUNASEC_MONGODB_URI: MONGODB_URI,
  LUNASEC_MONGODB_DATABASE: database,
  LUNASEC_S3_BUCKET: S3_BUCKET,
  LUNASEC_S3_REGION: S3_REGION,
  LUNASEC_S3_ENDPOINT: S3_ENDPOINT,
  LUNASEC_S3_FORCE_PATH_STYLE: 'true',
});

async function takeAValueThrough({ appURL, tokenizerURL }) {
  const page = await fetch(`${tokenizerURL}/frame/element?application=${example}`);
  const login = await fetch(`${appURL}/login`, { method: 'POST' });
  const cookie = login.headers.getSetCookie()[0].split(';', 1)[0];
  const frame = await openFrame({ appURL, tokenizerURL, cookie });
  const token = await frame.tokenize(secret);
  const save = 'mutation ($ssn: String!) { save(ssn: $ssn) { ssn } }';
  const saved = await graphql(`${appURL}/graphql`, save, { ssn: token }, { cookie });
  const shown = await frame.detokenize(token);
  return [
    ...(page.status === 200 && (await page.text()).includes(appURL) ? [] : ['the frames are not served']),
    ...(saved.data?.save.ssn === token ? [] : [`the app did not take the token: ${JSON.stringify(saved)}`]),
    ...(shown === secret ? [] : ['the value did not come back']),
  ];
}

function launch(cwd, args, env) {
  const { PATH, HOME, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH, HOME, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('close', (...how) => resolve(how)));
  return Object.assign(child, { ended, output: () => output });
}

async function answers(url, child) {
  for (const until = Date.now() + 60_000; ;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${child.output()}`);
    if (Date.now() > until) throw new Error(`${url} does not answer: ${child.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
