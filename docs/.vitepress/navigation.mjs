/** The order of the site. Every document of `docs` has its place here; a test says so. */
const item = (text, page) => ({ text, link: `/${page}` });

export const sidebar = [
  {
    text: 'Start',
    items: [
      item('Getting started', 'getting-started'),
      item('How it works', 'how-it-works'),
      item('Comparison', 'comparison'),
    ],
  },
  {
    text: 'On your server',
    items: [
      item('Apollo Server with SDL', 'guides/sdl-server'),
      item('Apollo Server with type-graphql', 'guides/type-graphql'),
      item('GraphQL Yoga', 'guides/yoga'),
      item('Apollo Federation', 'guides/federation'),
      item('Next.js', 'guides/nextjs'),
      item('Express', 'guides/express'),
      item('Fastify', 'guides/fastify'),
      item('Signing keys', 'guides/keys'),
      item('Testing resolvers', 'guides/testing-resolvers'),
      item('Existing columns', 'guides/migrate-column'),
    ],
  },
  {
    text: 'In your page',
    items: [
      item('Secure fields', 'guides/secure-fields'),
      item('Files', 'guides/files'),
      item('react-hook-form', 'guides/react-hook-form'),
      item('Apollo Client', 'guides/apollo-client'),
      item('Sessions and the network', 'guides/sessions'),
      item('Custom elements', 'guides/custom-elements'),
    ],
  },
  {
    text: 'Running it',
    items: [
      item('On AWS', 'guides/deployment-aws'),
      item('On your own machines', 'guides/self-hosting'),
      item('Operations', 'operations'),
      item('Configuration', 'configuration'),
      item('The console', 'guides/console'),
      item('Key rotation', 'guides/key-rotation'),
      item('Disaster recovery', 'guides/disaster-recovery'),
      item('Upgrading', 'guides/upgrading'),
      item('Scaling', 'scaling'),
      item('Performance', 'performance'),
    ],
  },
  {
    text: 'Security',
    items: [
      item('Security model', 'security'),
      item('What is tested', 'testing'),
      item('Report a vulnerability', 'repository/SECURITY'),
    ],
  },
  {
    text: 'Reference',
    items: [
      item('GraphQL API', 'reference/graphql'),
      item('node-sdk', 'reference/node-sdk/index'),
      item('react-sdk', 'reference/react-sdk/index'),
      item('tokenizer-api', 'reference/tokenizer-api/index'),
      item('secure-frame', 'reference/secure-frame/index'),
    ],
  },
  {
    text: 'The repository',
    collapsed: true,
    items: [
      item('@lunasec/node-sdk', 'repository/node-sdk/README'),
      item('@lunasec/react-sdk', 'repository/react-sdk/README'),
      item('@lunasec/tokenizer-api', 'repository/tokenizer-api/README'),
      item('@lunasec/secure-frame', 'repository/secure-frame/README'),
      item('The demo', 'repository/demo-graphql-app/README'),
      item('The gallery', 'repository/gallery/README'),
      item('Proofs', 'repository/proof/README'),
      item('Architecture', 'repository/ARCHITECTURE'),
      item('Decisions', 'decisions/README'),
      item('Contributing', 'repository/CONTRIBUTING'),
    ],
  },
];

export const nav = [
  { text: 'Getting started', link: '/getting-started' },
  { text: 'Guides', link: '/guides/sdl-server', activeMatch: '^/guides/' },
  { text: 'Security', link: '/security' },
  { text: 'Reference', link: '/reference/graphql', activeMatch: '^/reference/' },
];

/** The pages that the groups of a sidebar link to. */
export const pagesOf = (groups) => groups.flatMap(({ items }) => items.map(({ link }) => link.slice(1)));
