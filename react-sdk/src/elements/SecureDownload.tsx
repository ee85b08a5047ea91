import type { FilePageState } from '@lunasec/secure-frame/protocol';
import { forwardRef, useEffect, useImperativeHandle, useRef } from 'react';
import { usePage } from '../provider/context.js';
import { dataAttributes } from './dataAttributes.js';
import type { SecureText } from './types.js';
import { targetStyle, useFile } from './useFile.js';
import type { SecureFileProps } from './useFile.js';
import { useLatest } from './useLatest.js';

export interface SecureDownloadProps extends SecureFileProps {
  /** The stored file. */
  token?: string | null | undefined;
  /**
   * Shows an image or PDF document inside the frame at once, in the size of this element: 24rem high without one from its classes or
   * style. Default: false, the file's name and a button to download it.
   */
  preview?: boolean | undefined;
  /** Bytes that have come of how many, while somebody downloads the file. */
  onProgress?: ((received: number, size: number) => void) | undefined;
}

/**
 * Shows a stored file, which this page never sees: its name and size, a button that saves it where the person wants it, and, if
 * asked for, a preview. All of that is inside the frame.
 */
export const SecureDownload = forwardRef<SecureText, SecureDownloadProps>(function SecureDownload(props, ref) {
  const { token, preview = false } = props;
  const page = usePage();
  const latest = useLatest(props);
  const before = useRef('');
  const { host, target, element } = useFile({
    kind: 'download',
    props,
    attributes: { preview },
    onState({ files: [file] }: FilePageState) {
      const now = file?.state === 'downloading' ? `${file.sent}/${file.size}` : '';
      if (file && now && now !== before.current) latest.current.onProgress?.(file.sent, file.size);
      before.current = now;
    },
  });
  useEffect(() => element.current?.show(token || null), [page, element, token]);
  useImperativeHandle(ref, () => ({ retry: () => element.current?.show(token || null) }), [element, token]);

  return (
    <div
      {...dataAttributes(props)}
      data-lunasec="download"
      data-lunasec-preview={preview ? '' : undefined}
      ref={host}
      className={props.className}
      style={{ position: 'relative', ...props.style }}
      dir={props.dir}
      lang={props.lang}
    >
      <button
        ref={target}
        type="button"
        id={props.id}
        style={targetStyle}
        disabled={props.disabled}
        tabIndex={-1}
        aria-hidden
        onClick={() => element.current?.command('focus')}
      />
    </div>
  );
});
