import type { CSSProperties, RefObject } from 'react';
import type { Files } from '../core/index.js';
import type { SecureFileProps } from './useFile.js';
import { wornBy } from './wornBy.js';

/** Takes the clicks of labels. Seen and reached by nobody. */
const targetStyle: CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  padding: 0,
  border: 0,
  opacity: 0,
  pointerEvents: 'none',
};

/** The element around a frame of files, which wears the app's classes. */
export function FileHost({
  kind,
  props,
  preview,
  host,
  target,
  files,
}: {
  kind: 'upload' | 'download';
  props: SecureFileProps;
  preview?: boolean;
  host: RefObject<HTMLDivElement | null>;
  target: RefObject<HTMLButtonElement | null>;
  files: Files;
}) {
  const { id, ...worn } = wornBy(props) as { id?: string };
  return (
    <div
      {...worn}
      data-lunasec={kind}
      data-lunasec-preview={preview ? '' : undefined}
      ref={host}
      style={{ position: 'relative', ...props.style }}
    >
      <button
        ref={target}
        type="button"
        id={id}
        style={targetStyle}
        disabled={props.disabled}
        tabIndex={-1}
        aria-hidden
        onClick={() => files.command('focus')}
      />
    </div>
  );
}
