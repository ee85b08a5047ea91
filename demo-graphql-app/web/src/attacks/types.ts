/** What an attack came back with. */
export interface Finding {
  /** Whatever it holds that it should not: empty if it has failed. */
  loot: string[];
  /** What was tried, and how it ended. */
  note: string;
}

/** A script that was injected into this page, and does not mean well. It has all that the page's own scripts have. */
export interface Attack {
  id: string;
  title: string;
  /** How it goes about it, in a sentence. */
  how: string;
  run(): Promise<Finding>;
}

/** Where the frames come from, and what they are mounted for. */
export interface Target {
  applicationId: string;
  tokenizerURL: string;
}

/** So much of a catch is shown. */
export const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

export const count = (number: number, one: string, more = `${one}s`): string =>
  `${number} ${number === 1 ? one : more}`;

/** What went wrong, as the browser names it: `SecurityError`, `TypeError`. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));
