/** What is stored once and then shown on every page, plain and through its token. */
export const texts = {
  short: 'Hilda Whitcher',
  email: 'hilda@example.org',
  tel: '+44 20 7946 0018',
  number: '4711',
  password: 'correct horse',
  url: 'https://example.org/hilda',
  lines: 'Penicillin makes her ill.\nSince 1952: nothing else,\nas far as is known.\nAsk again in spring.',
  long: 'Every value is typed into a frame of another origin, goes to its store without a stop, and comes back only into a frame.',
  hebrew: 'שלום עולם, 42 פעמים',
  arabic: 'السلام عليكم ورحمة الله',
} as const;
export type TextName = keyof typeof texts;
