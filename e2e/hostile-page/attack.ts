import type { Stage } from './stage.js';

/** One way to learn what a page must not know. */
export interface Attack {
  /** Read after "a hostile page tries". */
  title: string;
  /** Resolves with what was learnt. It may expect more, such as an error that the browser must give. */
  run(stage: Stage): Promise<unknown>;
}

/** The same means on what a page may see: they must work there, or an attack that finds nothing proves nothing. */
export interface Control {
  title: string;
  run(stage: Stage): Promise<unknown>;
  /** What it catches. Default: the text of the page's own plain field. */
  catches?: string | RegExp;
}

export interface AttackGroup {
  subject: string;
  /** In which kinds of browsers the quick run tries it. Default: in those that allow third parties all. */
  quick?: 'both';
  controls: Control[];
  attacks: Attack[];
}
