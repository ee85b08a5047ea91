import type { ReactNode, Ref } from 'react';
import type { ThemeSettings } from './themes.js';

interface Props {
  settings: ThemeSettings;
  ref?: Ref<HTMLDivElement>;
  children: ReactNode;
}

/** Where a story is shown: nothing of the gallery's own look reaches into it. */
export function Stage({ settings, ref, children }: Props) {
  const { theme, width, largeText, rightToLeft } = settings;
  const classes = [
    'g-stage',
    theme === 'Brand' && 'acme',
    width === 'Narrow' && 'g-stage-narrow',
    largeText && 'g-stage-large',
  ];
  return (
    <div ref={ref} className={classes.filter(Boolean).join(' ')} dir={rightToLeft ? 'rtl' : 'ltr'}>
      {children}
    </div>
  );
}
