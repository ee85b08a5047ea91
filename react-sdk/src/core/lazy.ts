/** A part of the SDK that is fetched when it is first needed, while the frames load. */
export interface Lazy<T> {
  /**
   * Calls `then` with the part: at once if it is there, else when it has come, in the order of the calls; or `fail`, if it cannot be
   * fetched. The next call tries again. Returns a function after which neither is called.
   */
  use(then: (part: T) => void, fail?: () => void): () => void;
}

export function createLazy<T>(load: () => Promise<T>): Lazy<T> {
  let part: T | undefined;
  let loading: Promise<T> | undefined;
  return {
    use(then, fail) {
      let wanted = true;
      if (part !== undefined) then(part);
      else {
        loading ??= load();
        loading.then(
          (loaded) => {
            part = loaded;
            if (wanted) then(loaded);
          },
          () => {
            loading = undefined;
            if (wanted) fail?.();
          },
        );
      }
      return () => {
        wanted = false;
      };
    },
  };
}
