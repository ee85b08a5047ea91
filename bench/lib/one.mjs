/** One measure, in a process of its own: what another one compiled or left on the heap is not its business. */
const { file, options } = JSON.parse(process.env.LUNASEC_BENCH);
const { measure } = await import(new URL(`../measures/${file}`, import.meta.url));
try {
  const result = await measure.run({ ...options, note: (text) => process.send({ note: text }) });
  process.send({ result: Array.isArray(result) ? { figures: result } : result });
} catch (error) {
  process.send({ error: error.stack });
}
process.disconnect();
