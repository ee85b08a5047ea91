/** How far app and tokenizer are from the browser: on its own machine, and as far as a data center of the region. */
const distances = [
  { distance: 0, id: 'time', what: 'by the clock, on loopback' },
  { distance: 10, id: 'time-afar', what: 'by the clock, with a round trip of 20 ms' },
];

/** The figures of a measure at each distance. */
export async function eachDistance(measure) {
  const figures = [];
  for (const distance of distances) figures.push(...(await measure(distance)));
  return figures;
}
