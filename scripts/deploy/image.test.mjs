import { describe, expect, test } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { defaults, environment, final, last, stages, text } from './image.mjs';
import { applications, onlyPath, read, settingsOf } from './support.mjs';

describe('the container image', () => {
  test('has a Dockerfile without complaints of the linter', () => {
    expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  test('is made from images of one fixed version of Node, which the packages take', () => {
    const froms = stages.map(([{ words }]) => words[0]);
    expect(froms).toEqual(['node:${BASE}', 'node:${BASE}', 'node:${SLIM}']);
    const [, major, minor] = /^(\d+)\.(\d+)\.\d+-bookworm$/.exec(defaults.BASE);
    expect(defaults.SLIM).toBe(`${defaults.BASE}-slim`);
    expect(JSON.parse(read('tokenizer-api/package.json')).engines.node).toBe('>=20.19');
    expect(Number(major) > 20 || Number(minor) >= 19).toBe(true);
  });

  test('runs as a numbered user that is not root, whatever comes after', () => {
    expect(last('USER').words).toEqual(['1000:1000']);
    const after = final.slice(final.indexOf(last('USER')) + 1).map(({ keyword }) => keyword);
    expect(after).not.toContain('RUN');
    expect(after).not.toContain('COPY');
  });

  test('keeps what it writes in the volume, so that the rest can be read-only', async () => {
    const settings = await settingsOf({ ...environment, LUNASEC_APPLICATIONS: applications, ...publicURL });
    expect(last('VOLUME').words).toEqual([settings.dataDirectory]);
    expect(settings.keyFile).toBe(join(settings.dataDirectory, 'keys.json'));
    expect(environment.NODE_ENV).toBe('production');
  });

  test('begins where the package says that its command is, with options that Node knows', () => {
    const { bin } = JSON.parse(read('tokenizer-api/package.json'));
    const [node, ...rest] = last('ENTRYPOINT').json;
    const words = rest.filter((word) => !word.startsWith('--'));
    expect([node, ...words]).toEqual(['node', join('/app/tokenizer-api', bin.tokenizer)]);
    const options = rest.filter((word) => !words.includes(word));
    expect(execFileSync(process.execPath, [...options, '-p', '1']).toString()).toBe('1\n');
    expect(last('CMD').json).toEqual(['start']);
    expect(last('EXPOSE').words).toEqual([environment.LUNASEC_PORT]);
  });

  test('holds production dependencies only', () => {
    const copied = final
      .filter(({ keyword }) => keyword === 'COPY')
      .map(({ flags, words }) => [flags.from, ...words]);
    expect(copied).toEqual([
      ['dependencies', '/build', './'],
      ['build', '/build/secure-frame/dist', 'secure-frame/dist'],
      ['build', '/build/secure-frame/frame-hashes.json', 'secure-frame/frame-hashes.json'],
      ['build', '/build/tokenizer-api/dist', 'tokenizer-api/dist'],
    ]);
    const [install] = installs(stages[0]);
    expect(install).toContain('--omit=dev');
    const { workspaces } = JSON.parse(read('package.json'));
    const others = workspaces.filter((name) => !['secure-frame', 'tokenizer-api'].includes(name));
    const [, removed] = /&& rm -r ([\w -]+)$/.exec(install);
    expect(removed.split(' ').sort()).toEqual(others.sort());
  });

  test('runs no install script but that which compiles SQLite’s driver, and builds from the source', () => {
    for (const stage of stages.slice(0, 2))
      for (const install of installs(stage)) expect(install).toContain('npm ci --ignore-scripts');
    expect(text.match(/npm rebuild .*/g)).toEqual(['npm rebuild better-sqlite3 \\']);
    const variables = stages[0].filter(({ keyword }) => keyword === 'ENV').map((it) => it.variables);
    expect(Object.assign({}, ...variables)).toMatchObject({ npm_config_build_from_source: 'true' });
  });

  test('is not built with frames that are not the published ones', () => {
    expect(text).toContain('node tokenizer-api/dist/main.js verify-frames');
  });

  test('installs by the lock file, which needs the manifest of every workspace', () => {
    const { workspaces } = JSON.parse(read('package.json'));
    for (const stage of stages.slice(0, 2)) {
      expect(installs(stage)).toHaveLength(1);
      const sources = stage
        .filter(({ keyword }) => keyword === 'COPY')
        .flatMap(({ words }) => words.slice(0, -1));
      for (const workspace of workspaces) expect(sources).toContain(`${workspace}/package.json`);
      for (const source of sources) expect(existsSync(join(root, source))).toBe(true);
    }
  });

  test('is built from what the ignore file lets through, and that is a list of what may pass', () => {
    const lines = read('deploy/docker/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const allowed = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const sources = stages
      .slice(0, 2)
      .flat()
      .filter(({ keyword }) => keyword === 'COPY')
      .flatMap(({ words }) => words.slice(0, -1));
    for (const source of sources)
      expect(allowed.some((path) => source === path || source.startsWith(`${path}/`))).toBe(true);
    expect(lines).toEqual(expect.arrayContaining(['**/node_modules', '**/dist', '**/.lunasec']));
  });

  test.each([
    [200, 0],
    [503, 1],
    [undefined, 1],
  ])('its health check turns an answer of %s into %d', async (status, code) => {
    expect(await checkHealth(status)).toEqual({ code, paths: status ? ['/healthz'] : [] });
  });
});

const publicURL = { LUNASEC_PUBLIC_URL: 'https://tokens.example.com' };
const installs = (stage) =>
  stage
    .filter(({ keyword }) => keyword === 'RUN')
    .map(({ words }) => words.join(' '))
    .filter((it) => it.includes('npm ci'));

/** Runs the image's health check against a server that answers so, or against none. */
async function checkHealth(status) {
  const paths = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.writeHead(status).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  if (status === undefined) await new Promise((resolve) => server.close(resolve));
  try {
    const [, ...args] = last('HEALTHCHECK').json;
    const child = spawn(process.execPath, args, {
      env: onlyPath({ LUNASEC_PORT: String(port) }),
      stdio: 'ignore',
    });
    return { code: await new Promise((resolve) => child.on('exit', resolve)), paths };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
