import { loadBrowser } from '../lib/load-browser.mjs';
import { eachDistance } from '../lib/distances.mjs';
import { inTurn } from '../lib/in-turn.mjs';
import { withOpened } from '../lib/opened.mjs';
import { speedFigure } from '../lib/wall.mjs';

const count = 20;

export const measure = {
  number: 10,
  id: 'form',
  title: `Browser: a form of ${count} fields, from submission to all tokens`,
  baseline: 'one field after the other, each with a call and an upload',
  target: { atLeast: 5 },
  about:
    'Chromium, with tokenizer and app on embedded stores. The baseline submits twenty forms of one field, the next one when the one before has its token; all share one session. On loopback a request costs next to nothing, which helps the baseline: so it is measured at a distance, too.',
  why: 'On loopback a call costs next to nothing, so that what both sides have to do for twenty fields weighs more. At a distance it is met.',

  run: ({ isQuick }) =>
    eachDistance(async ({ distance, id, what }) =>
      withOpened(async (opened) => {
        const { between, fillForm, openPage } = await loadBrowser();
        const { stack, page } = await openPage(opened, { distance });
        async function submit(query, done) {
          await page.goto(`${stack.appURL}/?fields=${count}${query}`);
          await fillForm(page, count);
          await page.getByRole('button', { name: 'Save' }).click();
          await page.getByText(done).waitFor();
          return between(page, 'submitted', 'tokens');
        }
        const pairs = await inTurn({
          rounds: isQuick ? 2 : 11,
          subject: () => submit('', /^saved /),
          baseline: () => submit('&each', /^stored$/),
        });
        return [speedFigure(id, what, pairs)];
      }),
    ),
};
