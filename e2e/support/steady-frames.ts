import type { Page } from 'playwright-core';

/** The part of the driver's own record of a page that is used here. */
interface FrameManager {
  frame(id: string): unknown;
  frameAttached(id: string, parentId: string | undefined): unknown;
  frameDetached(id: string): void;
}

/**
 * When a frame comes back from another site's process into the page's, the browser tells in no fixed order that it has left the one
 * and is in the other; now and then the driver then finds a frame twice, and throws where nobody can catch it. Attacks that
 * navigate frames to and fro do that often: here the former is forgotten first.
 */
export function steadyFrames(page: Page): void {
  const manager = managerOf(page);
  if (!manager) return;
  const attached = manager.frameAttached.bind(manager);
  manager.frameAttached = (id, parentId) => {
    if (parentId !== undefined && manager.frame(id)) manager.frameDetached(id);
    return attached(id, parentId);
  };
}

function managerOf(page: Page): FrameManager | undefined {
  const { _connection: connection } = page as unknown as {
    _connection?: { toImpl?(page: Page): { frameManager?: FrameManager } };
  };
  try {
    return connection?.toImpl?.(page).frameManager;
  } catch {
    // Closed already.
    return undefined;
  }
}
