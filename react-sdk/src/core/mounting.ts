/**
 * Makes a function that opens something at a place and returns one that closes it. What is closed and opened again at once, in
 * the same place, stays as it is: so what somebody typed outlives the trials of React's StrictMode and a move in the document.
 */
export function createMounting<Place extends unknown[]>(
  open: (...place: Place) => () => void,
): (...place: Place) => () => void {
  let opened: { place: Place; close(): void } | undefined;
  let isWanted = false;

  function end(): void {
    if (isWanted) return;
    opened?.close();
    opened = undefined;
  }

  return (...place) => {
    isWanted = opened !== undefined && place.every((part, index) => part === opened!.place[index]);
    end();
    isWanted = true;
    opened ??= { place, close: open(...place) };
    return () => {
      isWanted = false;
      queueMicrotask(end);
    };
  };
}
