import type { ReactNode } from 'react';

/** `isTitle`: it is what the page is called. */
export function Logo({ isTitle = false }: { isTitle?: boolean }) {
  const Name = isTitle ? 'h1' : 'span';
  return (
    <div className="logo">
      <img src="/icon.svg" alt="" width="28" height="28" />
      <Name>Riverside Clinic</Name>
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

interface TextFieldProps {
  label: string;
  value: string;
  type?: 'text' | 'date';
  required?: boolean;
  maxLength?: number;
  onType(value: string): void;
}

/** A field of the page itself, for what is not sensitive. */
export function TextField({ label, onType, type = 'text', ...input }: TextFieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        className="control"
        type={type}
        autoComplete="off"
        onChange={(event) => onType(event.target.value)}
        {...input}
      />
    </label>
  );
}

export const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join('')
    .toUpperCase();

/** A date as people write it, whatever the time zone: a birthday is the same everywhere. */
export const dateText = (iso: string) =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${iso}T00:00:00Z`),
  );

export const timeText = (iso: string) =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
