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

const project = (name, extra = {}) => ({
  displayName: name,
  rootDir: `./${name}`,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  // Sources import with the ".js" suffix of the emitted files; jest runs the ".ts" sources.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
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
    project('react-sdk'),
    project('demo-graphql-app', { setupFiles: ['reflect-metadata'] }),
    project('gallery'),
    project('e2e'),
    {
      displayName: 'scripts',
      rootDir: './scripts',
      testEnvironment: 'node',
      testMatch: ['**/*.test.mjs'],
      transform: {},
    },
  ],
  testTimeout: 30_000,
};
