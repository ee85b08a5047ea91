import type SQLite from 'better-sqlite3';

/**
 * The driver of the embedded database. It is an optional dependency with native code, which an install script builds: who keeps
 * tokens in MongoDB needs neither. Throws an error that says what to do where it is not there, or not built.
 */
export async function loadDriver(
  load: () => Promise<{ default: typeof SQLite }> = () => import('better-sqlite3'),
): Promise<typeof SQLite> {
  try {
    const { default: driver } = await load();
    // Only opening a database loads the native code.
    new driver(':memory:').close();
    return driver;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw new Error(
      `The embedded database cannot be used: better-sqlite3 is not installed, or its native code is not built (${reason}). ` +
        'Run "npm install better-sqlite3" and "npm rebuild better-sqlite3" where the tokenizer is installed; or keep tokens in ' +
        'MongoDB (tokenStore), which needs no native code.',
      { cause: error },
    );
  }
}
