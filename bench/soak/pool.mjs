/**
 * Things that journeys use: many at a time (`use`), or one alone (`take`), which is then not there for the others. So a journey
 * knows what it must be answered, whatever the others do meanwhile.
 */
export function createPool() {
  const items = [];

  function pick(isFit) {
    for (let tried = 0; tried < 20 && items.length > 0; tried++) {
      const item = items[Math.floor(Math.random() * items.length)];
      if (isFit(item)) return item;
    }
    return undefined;
  }

  return {
    items,
    add: (item) => items.push(Object.assign(item, { users: 0, isTaken: false })),
    /** A random item, or undefined; give it back with `leave`. */
    use() {
      const item = pick(({ isTaken }) => !isTaken);
      if (item) item.users++;
      return item;
    },
    leave: (item) => item.users--,
    /** A random item that nobody uses, or undefined; `putBack` it, or `remove` it. */
    take() {
      const item = pick(({ users, isTaken }) => users === 0 && !isTaken);
      if (item) item.isTaken = true;
      return item;
    },
    putBack: (item) => (item.isTaken = false),
    remove(item) {
      const last = items.pop();
      if (last !== item) items[items.indexOf(item)] = last;
    },
  };
}
