/** How a field comes to look like the app's own. Not needed before its frame is there, so it is fetched while that loads. */
export { createAppearance } from './appearance.js';
export { readFrameStyles, readStyles } from './style.js';
