/** One jest project per package; ESM everywhere, TypeScript through SWC (types are checked by tsc). */
const transform = (jsx) => ({
  '^.+\\.tsx?$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', tsx: jsx, decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: 'automatic' } },
      },
      module: { type: 'es6' },
    },
  ],
});

const relativeImports = { '^(\\.{1,2}/.*)\\.js$': '$1' };
/** The same tests on the oldest React that is supported; it is a workspace of its own, so that both are installed. */
const react18 = {
  displayName: 'react-sdk-18',
  moduleNameMapper: {
    ...relativeImports,
    '^react(-dom)?((/.*)?)$': '<rootDir>/../react-18/node_modules/react$1$2',
  },
  testMatch: ['**/*.test.tsx'],
  globals: { reactMajor: 18 },
};

const project = (name, extra = {}) => ({
  displayName: name,
  rootDir: `./${name}`,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  // Sources import with the ".js" suffix of the emitted files; jest runs the ".ts" sources.
  moduleNameMapper: relativeImports,
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: transform(['react-sdk', 'gallery'].includes(name)),
  ...extra,
});

export default {
  projects: [
    project('secure-frame'),
    project('tokenizer-api', { setupFiles: ['reflect-metadata'] }),
    project('node-sdk', { setupFiles: ['reflect-metadata'] }),
    project('react-sdk', { globals: { reactMajor: 19 } }),
    project('react-sdk', react18),
    project('demo-graphql-app', { setupFiles: ['reflect-metadata'] }),
    project('gallery'),
    project('e2e', { setupFilesAfterEnv: ['<rootDir>/support/second-attempts.ts'] }),
    {
      displayName: 'examples',
      rootDir: './examples',
      testEnvironment: 'node',
      testMatch: ['**/*.test.mjs'],
      transform: {},
    },
    {
      displayName: 'scripts',
      rootDir: './scripts',
      testEnvironment: 'node',
      testMatch: ['**/*.test.mjs'],
      transform: {},
    },
  ],
  testTimeout: 30_000,
  // Node never frees the modules of a test file (https://github.com/nodejs/node/issues/59118). A process that ran hundreds of
  // files is kept busy by its garbage collector, and its tests find themselves late: one that grew so far is replaced.
  workerIdleMemoryLimit: '1GB',
};
