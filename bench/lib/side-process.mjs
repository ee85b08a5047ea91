/**
 * One side of a comparison of CPU time, in a process of its own: in one that both share, the code of the libraries they share would
 * be compiled for both, and run slower than either finds it alone.
 */
const { module, parameters } = JSON.parse(process.env.LUNASEC_BENCH_SIDE);
const { create } = await import(new URL(module, import.meta.url));
const run = await create(parameters);

process.on('message', async ({ id, times }) => {
  try {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i++) await run();
    const { user, system } = process.cpuUsage(before);
    process.send({ id, answer: (user + system) / times });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on('disconnect', () => process.exit(0));
