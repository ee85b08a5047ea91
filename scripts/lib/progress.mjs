/** A line per step, with a running clock where there is a terminal to show it. */
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const green = (text) => paint(32, text);
export const red = (text) => paint(31, text);
export const yellow = (text) => paint(33, text);
export const dim = (text) => paint(2, text);
export const bold = (text) => paint(1, text);

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Prints a line of its own, also while a step's clock is running. */
export const note = (text) => console.log(colour ? `\r\u001b[K${dim(text)}` : text);

/** Runs one named step and prints how it went, with its details. A failed step prints what it said. */
export async function step(name, task) {
  const since = Date.now();
  const ticking = colour
    ? setInterval(() => process.stdout.write(`\r${dim('…')} ${name} ${dim(seconds(since))} `), 200)
    : undefined;
  if (!colour) console.log(`… ${name}`);
  const result = await task();
  clearInterval(ticking);
  const line = `${result.code === 0 ? green('✓') : red('✗')} ${name} ${dim(seconds(since))}`;
  console.log(colour ? `\r\u001b[K${line}` : line);
  for (const detail of result.details ?? []) console.log(`  ${dim(detail)}`);
  if (result.code !== 0 && result.output) console.error(result.output.trimEnd());
  return result;
}
