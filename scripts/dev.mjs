#!/usr/bin/env node
/**
 * `npm run dev`: tokenizer and demo on embedded stores, as `npm start`, but every change is there at once. Packages are compiled as
 * they change and servers started again; the demo's page is replaced in the browser while it runs; frames are built and hashed
 * anew. The page comes from Vite, so without the headers that the demo's server gives it.
 */
import { spawn } from 'node:child_process';
import { utimesSync, watch } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { bold, dim, green, red, seconds } from './lib/progress.mjs';
import { demoServers, prepare, runServers } from './lib/servers.mjs';
import { root, run } from './lib/workspace.mjs';

const since = Date.now();
await prepare();

const { resolve } = createRequire(import.meta.url);
const tsc = resolve('typescript/bin/tsc');
const vite = join(dirname(resolve('vite/package.json')), 'bin/vite.js');

const { data, tokenizer, demo } = demoServers();
const serverPort = Number(process.env.DEMO_SERVER_PORT ?? 4001);
const serverURL = `http://localhost:${serverPort}`;
/** Node starts a program again when a file changes that it imports. */
const again = ['--watch', '--watch-preserve-output'];

const compilers = ['secure-frame', 'tokenizer-api', 'node-sdk', 'react-sdk', 'demo-graphql-app'].map(compile);
watchFrames();

await runServers(
  [
    { ...tokenizer, args: [...again, ...tokenizer.args] },
    // Its page is where the demo is else, and passes on what is for the server.
    {
      ...demo,
      name: 'demo’s server',
      port: serverPort,
      variable: 'DEMO_SERVER_PORT',
      readyURL: serverURL,
      args: [...again, ...demo.args],
      env: { ...demo.env, PORT: String(serverPort) },
    },
    {
      ...demo,
      name: 'demo’s page',
      args: [
        vite,
        ...['--config', 'demo-graphql-app/vite.config.ts', '--host', 'localhost'],
        ...['--port', String(demo.port), '--strictPort'],
      ],
      env: { DEMO_SERVER_URL: serverURL },
    },
  ],
  { cleanUp: () => compilers.forEach((child) => child.kill()) },
);

console.log(`
  ${green('●')} ${bold('Demo')}       ${demo.readyURL}  ${dim(`(its server ${serverURL})`)}
  ${green('●')} ${bold('Tokenizer')}  ${tokenizer.url}
  ${dim(`Data in ${data}. Ready in ${seconds(since)}; changes are compiled as you save them. Stop with Ctrl-C.`)}
`);

/** Compiles a package whenever it changes, and says what is wrong with it. */
function compile(name) {
  const args = [
    tsc,
    '-p',
    `${name}/tsconfig.build.json`,
    '--watch',
    '--preserveWatchOutput',
    '--pretty',
    'false',
  ];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let isFirst = true;
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + stripVTControlCharacters(text)).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (/error TS\d+/.test(line)) console.error(`${red('✗')} ${name}: ${line}`);
      if (!/Found 0 errors/.test(line)) continue;
      if (!isFirst) console.log(`${green('✓')} ${name} is compiled`);
      isFirst = false;
    }
  });
  return child;
}

/** Builds the frames whenever they change. A tokenizer serves only frames whose hashes it knows, so it is started again. */
function watchFrames() {
  let timer;
  let isBuilding = false;
  async function rebuild() {
    if (isBuilding) return;
    isBuilding = true;
    const { code, output } = await run(process.execPath, ['scripts/frame-hashes.mjs'], { quiet: true });
    isBuilding = false;
    if (code !== 0) {
      console.error(`${red('✗')} the frames\n${output}`);
      return;
    }
    console.log(`${green('✓')} the frames are built, and hashed in secure-frame/frame-hashes.json`);
    utimesSync(join(root, 'tokenizer-api/dist/main.js'), new Date(), new Date());
  }
  const soon = (_event, file) => {
    if (file && !/\.(html|css|ts)$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void rebuild(), 300);
  };
  watch(join(root, 'secure-frame/src'), { recursive: true }, soon);
  for (const page of ['controller.html', 'element.html', 'file.html'])
    watch(join(root, 'secure-frame', page), () => soon('change', page));
}
