import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where pictures of what differs are left, and the figures. */
export const reports = join(import.meta.dirname, '../../.cache/native-feel');

/** Pixels around a box that belong to its look: focus rings and shadows. */
const margin = 6;

export interface Comparison {
  /** How many pixels differ, in per cent of the box. */
  percent: number;
  /** Writes pictures of both, and of what differs, to {@link reports}. */
  keep(name: string): Promise<void>;
}

/** Compares one box, and what is drawn close around it, on pictures of two pages. */
export function compareBox(plain: PNG, secure: PNG, box: Rectangle): Comparison {
  const area = around(box);
  const [before, after] = [cut(plain, area), cut(secure, area)];
  const difference = new PNG({ width: area.width, height: area.height });
  const pixels = pixelmatch(before.data, after.data, difference.data, area.width, area.height);
  return {
    percent: (100 * pixels) / Math.max(1, box.width * box.height),
    async keep(name) {
      await mkdir(reports, { recursive: true });
      for (const [what, picture] of Object.entries({ plain: before, secure: after, difference }))
        await writeFile(join(reports, `${name.replace(/\W+/g, '-')}.${what}.png`), PNG.sync.write(picture));
    },
  };
}

/** A box with what is drawn close around it, in whole pixels. */
export function around({ x, y, width, height }: Rectangle): Rectangle {
  const left = Math.max(0, Math.floor(x) - margin);
  const top = Math.max(0, Math.floor(y) - margin);
  return {
    x: left,
    y: top,
    width: Math.ceil(x + width) + margin - left,
    height: Math.ceil(y + height) + margin - top,
  };
}

function cut(picture: PNG, { x, y, width, height }: Rectangle): PNG {
  const part = new PNG({ width, height });
  PNG.bitblt(picture, part, x, y, width, height, 0, 0);
  return part;
}

/** A table in Markdown of the greatest difference of each component in each theme, in per cent of its box. */
export class Figures {
  readonly #greatest = new Map<string, Map<string, number>>();

  add(component: string, theme: string, percent: number): void {
    const row = this.#greatest.get(component) ?? new Map<string, number>();
    this.#greatest.set(component, row.set(theme, Math.max(row.get(theme) ?? 0, percent)));
  }

  table(): string {
    const themes = [...new Set([...this.#greatest.values()].flatMap((row) => [...row.keys()]))];
    const lines = [...this.#greatest].map(([component, row]) => [
      component,
      ...themes.map((theme) => row.get(theme)?.toFixed(2) ?? ''),
    ]);
    return [['% of the box', ...themes], ['---', ...themes.map(() => '--:')], ...lines]
      .map((cells) => `| ${cells.join(' | ')} |\n`)
      .join('');
  }
}
