import { expect } from '@jest/globals';
import { shownText } from '../support/demo.js';
import type { AttackGroup } from './attack.js';
import { texts } from './stage.js';

export const screen: AttackGroup = {
  subject: 'of the screen',
  controls: [
    {
      title: 'a drawing of the page’s own markup has its text, and its pixels',
      run: async ({ page }) =>
        page.evaluate(async () => {
          const markup = new XMLSerializer().serializeToString(document.querySelector('#plain-text')!);
          const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><foreignObject width="200" height="40">${markup}</foreignObject></svg>`;
          const image = new Image();
          image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          const context = canvas.getContext('2d')!;
          context.drawImage(image, 0, 0);
          const inked = context.getImageData(0, 0, 200, 40).data.some((value) => value > 0);
          return inked ? markup : 'nothing drawn';
        }),
    },
  ],
  attacks: [
    {
      title: 'a drawing of the whole page: as SVG with foreignObject, on a canvas',
      run: async ({ page }) =>
        page.evaluate(async () => {
          const markup = new XMLSerializer().serializeToString(document.body);
          const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="800"><foreignObject width="800" height="800">${markup}</foreignObject></svg>`;
          const image = new Image();
          image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
          await image.decode().catch(() => undefined);
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 800;
          const context = canvas.getContext('2d')!;
          window.hostile.look(() => context.drawImage(image, 0, 0));
          // Only the frames: nothing of what is in them is inked.
          const inked = [...document.querySelectorAll('iframe')].map((frame) => {
            const { left, top, width, height } = frame.getBoundingClientRect();
            return window.hostile.look(
              () =>
                context.getImageData(left, top, width || 1, height || 1).data.filter((value) => value > 0)
                  .length,
            );
          });
          return [markup, inked];
        }),
    },
    {
      title: 'a canvas, a bitmap or a texture made of a frame itself',
      run: async ({ page }) => {
        const looks = await page.evaluate(async () => {
          const frame = window.hostile.frame('Shown') as unknown as ImageBitmapSource & CanvasImageSource;
          const context = document.createElement('canvas').getContext('2d')!;
          const more = context as unknown as Record<string, (frame: unknown, ...rest: number[]) => void>;
          const gl = document.createElement('canvas').getContext('webgl');
          return [
            window.hostile.look(() => context.drawImage(frame, 0, 0)),
            window.hostile.look(() => context.createPattern(frame, 'repeat')),
            window.hostile.look(() => more.drawElement!(frame, 0, 0)),
            window.hostile.look(() => more.drawElementImage!(frame, 0, 0)),
            window.hostile.look(() => new VideoFrame(frame, { timestamp: 0 })),
            window.hostile.look(() =>
              gl?.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, frame as TexImageSource),
            ),
            await createImageBitmap(frame).catch((error: Error) => error.name),
            String(CSS.supports('background', 'element(#x)')),
            String(CSS.supports('background', '-moz-element(#x)')),
          ];
        });
        expect(looks.filter((look) => !['TypeError', 'false', 'undefined'].includes(String(look)))).toEqual(
          [],
        );
      },
    },
    {
      title: 'getDisplayMedia, getViewportMedia, CaptureController, ImageCapture and tab capture',
      run: async ({ page }) => {
        const looks = await page.evaluate(async () => {
          const media = navigator.mediaDevices as MediaDevices & { getViewportMedia?(): Promise<unknown> };
          const { CaptureController, chrome } = window as unknown as {
            CaptureController: new () => object;
            chrome?: { tabCapture?: unknown; desktopCapture?: unknown };
          };
          const controller = new CaptureController();
          const asked = { video: true, controller, preferCurrentTab: true } as DisplayMediaStreamOptions;
          return [
            await media.getDisplayMedia(asked).catch((error: Error) => error.name),
            await media.getUserMedia({ video: true }).catch((error: Error) => error.name),
            await (media.getViewportMedia?.() ?? Promise.reject(new TypeError())).catch(
              (error: Error) => error.name,
            ),
            String(chrome?.tabCapture),
            String(chrome?.desktopCapture),
          ];
        });
        for (const look of looks) expect(look).toMatch(/Error$|^undefined$/);
      },
    },
    {
      title: 'a view transition: its snapshots have the frames in them, for nobody to read',
      run: async ({ open }) => {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        return page.evaluate(async () => {
          const { startViewTransition } = document;
          const transition = startViewTransition.call(document, () => undefined);
          await transition.ready.catch(() => undefined);
          const seen = document
            .getAnimations()
            .map(({ effect }) => [
              (effect as KeyframeEffect).pseudoElement,
              getComputedStyle(document.documentElement, (effect as KeyframeEffect).pseudoElement).content,
            ]);
          await transition.finished;
          return seen;
        });
      },
    },
    {
      title: 'printing: beforeprint, print styles and what matchMedia says',
      run: async ({ open }) => {
        const page = await open('?values');
        await shownText(page, 'Shown').filter({ hasText: texts.stored }).waitFor();
        await page.evaluate(() => {
          const look = (type: string) =>
            window.hostile.keep(type, [
              document.body.innerText,
              document.documentElement.outerHTML,
              [...document.querySelectorAll('iframe')].map((frame) => [
                frame.scrollHeight,
                frame.scrollWidth,
              ]),
              window.hostile.look(() => window.hostile.frame('Shown').contentDocument),
            ]);
          for (const type of ['beforeprint', 'afterprint']) window.addEventListener(type, () => look(type));
          matchMedia('print').addEventListener('change', () => look('print'));
        });
        await page.emulateMedia({ media: 'print' });
        await page.pdf();
        const loot = await page.evaluate(() => window.hostile.loot);
        expect(loot.some(({ source }) => /print/.test(source))).toBe(true);
        return loot;
      },
    },
    {
      title:
        'accessibility and geometry: computed roles, caret and element positions, selections across frames',
      run: async ({ page }) =>
        page.evaluate(() => {
          const { left, top } = window.hostile.frame('Shown').getBoundingClientRect();
          const { caretPositionFromPoint } = document as unknown as {
            caretPositionFromPoint(x: number, y: number): { offsetNode: Node; offset: number } | null;
          };
          const selection = getSelection()!;
          selection.selectAllChildren(document.body);
          const seen = [
            String(selection),
            document.elementsFromPoint(left + 5, top + 5).map(({ tagName }) => tagName),
            caretPositionFromPoint.call(document, left + 5, top + 5)?.offsetNode.textContent,
            (window.hostile.frame('Shown') as unknown as { computedName?: string }).computedName,
          ];
          selection.removeAllRanges();
          return seen;
        }),
    },
  ],
};
