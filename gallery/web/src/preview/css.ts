import brand from './themes/brand.css?raw';
import plain from './themes/plain.css?raw';
import utility from './themes/utility.css?raw';
import './themes/brand.css';
import './themes/plain.css';
import './themes/utility.css';
import type { ThemeName } from './themes.js';

/** The style sheet of a theme, for the code sample. */
export const themeCSS: Partial<Record<ThemeName, string>> = {
  'Plain CSS': plain,
  Utilities: utility,
  Brand: brand,
};
