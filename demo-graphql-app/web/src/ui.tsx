import type { ReactNode } from 'react';

export function Logo() {
  return (
    <div className="logo">
      <img src="/icon.svg" alt="" width="28" height="28" />
      <span>Records</span>
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
