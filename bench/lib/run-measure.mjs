import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const one = fileURLToPath(new URL('one.mjs', import.meta.url));

/** Runs a measure; gives its figures, each with what is asked of it. */
export async function runMeasure({ number, id, title, baseline, target, file }, options, { note }) {
  const child = fork(one, {
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_ENV: 'production', LUNASEC_BENCH: JSON.stringify({ file, options }) },
  });
  const told = await new Promise((resolve) => {
    let last = {};
    child.on('message', (message) => {
      if (message.note) note(message.note);
      else last = message;
    });
    child.on('exit', (code) =>
      resolve(last.result || last.error ? last : { error: `It ended with ${code}.` }),
    );
  });
  if (told.error) return { number, id, title, error: told.error };
  const { figures = [], missing } = told.result;
  return {
    number,
    id,
    title,
    missing,
    figures: figures.map((figure) => {
      const own = figure.target === undefined ? target : figure.target;
      return { baseline, ...figure, id: `${id}/${figure.id}`, target: own, isMet: isMet(figure.ratio, own) };
    }),
  };
}

const isMet = (ratio, target) =>
  target === null
    ? undefined
    : ratio <= (target.atMost ?? target.exactly ?? Infinity) &&
      ratio >= (target.atLeast ?? target.exactly ?? -Infinity);
