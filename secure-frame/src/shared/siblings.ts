import { controllerFrameName } from '../protocol/messages.js';

/**
 * The controller's window among the frames of the same page: same origin, same application, the page's name for it.
 * Undefined while it is still on its way through the app's redirect.
 */
export function findController(window: Window): Window | undefined {
  const { frames } = window.parent;
  for (let index = 0; index < frames.length; index++) {
    const frame = frames[index]!;
    if (frame !== window && isController(frame, window)) return frame;
  }
  return undefined;
}

function isController(frame: Window, { location }: Window): boolean {
  try {
    return (
      frame.name === controllerFrameName &&
      frame.location.origin === location.origin &&
      frame.location.pathname === location.pathname.replace(/[^/]*$/, 'controller') &&
      applicationOf(frame.location) === applicationOf(location)
    );
  } catch {
    // Another origin: not to be looked into.
    return false;
  }
}

const applicationOf = ({ search }: Location) => new URLSearchParams(search).get('application');

/** Whether a message came from a frame of this origin in the same page. */
export function isFromSibling({ origin, source }: MessageEvent, window: Window): boolean {
  return origin === window.location.origin && (source as Window | null)?.parent === window.parent;
}
