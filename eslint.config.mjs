import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * Imports run one way (left may import right):
 * demo-graphql-app, gallery → react-sdk, node-sdk · react-sdk, node-sdk, tokenizer-api → secure-frame.
 */
const mayImport = {
  'secure-frame': [],
  'tokenizer-api': ['secure-frame'],
  'node-sdk': ['secure-frame'],
  'react-sdk': ['secure-frame'],
  'demo-graphql-app': ['react-sdk', 'node-sdk'],
  gallery: ['react-sdk', 'node-sdk'],
};
const packages = Object.keys(mayImport);

const importDirection = packages.map((name) => {
  const forbidden = packages.filter((other) => !mayImport[name].includes(other));
  return {
    files: [`${name}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^@lunasec/(${forbidden.join('|')})(/|$)`,
              message: `${name} may import only: ${mayImport[name].join(', ') || 'no other package of this repository'}.`,
            },
            {
              regex: `^(\\.\\./)+(${packages.join('|')})/`,
              message: 'Import another package by its name, not by its path.',
            },
          ],
        },
      ],
    },
  };
});

/** Inside tokenizer-api: main → server → graphql → services → stores; nothing points back. */
const layers = [
  { files: 'services', forbidden: ['graphql', 'server', 'http', 'console'] },
  { files: 'stores', forbidden: ['graphql', 'services', 'auth', 'server', 'http', 'console'] },
  { files: 'auth', forbidden: ['graphql', 'server', 'http', 'console'] },
  { files: '{graphql,http}', forbidden: ['server', 'console'] },
].map(({ files, forbidden }) => ({
  files: [`tokenizer-api/src/${files}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${forbidden.join('|')})(/|\\.js$)`,
            message: `${files} must not import ${forbidden.join(', ')}.`,
          },
          {
            regex: '^@lunasec/(tokenizer-api|node-sdk|react-sdk|demo-graphql-app)(/|$)',
            message: 'tokenizer-api may import only secure-frame.',
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      ...['**/dist/**', '**/node_modules/**', '.cache/**', '**/.lunasec/**', '.nx/**', 'coverage/**'],
      ...['docs/.vitepress/cache/**', '**/.next/**', '**/next-env.d.ts'],
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: [
      'secure-frame/**/*.ts',
      'react-sdk/**/*.{ts,tsx}',
      '{demo-graphql-app,gallery}/web/**/*.{ts,tsx}',
      'examples/**/*.{jsx,tsx}',
      'docs/.vitepress/theme/**',
    ],
    languageOptions: { globals: { ...globals.browser }, parserOptions: { ecmaFeatures: { jsx: true } } },
  },
  {
    files: ['react-sdk/**/*.{ts,tsx}', '{demo-graphql-app,gallery}/web/**/*.{ts,tsx}'],
    ...reactHooks.configs.flat['recommended-latest'],
  },
  {
    files: ['scripts/**', 'examples/**', 'deploy/**', 'bench/**', '**/main.ts', '**/cli/**'],
    rules: { 'no-console': 'off' },
  },
  ...importDirection,
  ...layers,
  prettier,
);
