import type { ReactNode } from 'react';

/** `isTitle`: it is what the page is called. */
export function Logo({ isTitle = false }: { isTitle?: boolean }) {
  const Name = isTitle ? 'h1' : 'span';
  return (
    <div className="logo">
      <img src="/icon.svg" alt="" width="28" height="28" />
      <Name>Records</Name>
    </div>
  );
}

/** A failure the person can act on; announced by screen readers when it appears. */
export function Notice({ problem }: { problem: ReactNode }) {
  if (!problem) return null;
  return (
    <p className="notice" role="alert">
      {problem}
    </p>
  );
}

export const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join('')
    .toUpperCase();
