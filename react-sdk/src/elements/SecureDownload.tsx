import { forwardRef, useEffect, useImperativeHandle, useRef } from 'react';
import { FileHost } from './FileHost.js';
import type { SecureText } from './types.js';
import { useFile } from './useFile.js';
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
export const SecureDownload = /*#__PURE__*/ forwardRef<SecureText, SecureDownloadProps>(
  function SecureDownload(props, ref) {
    const { token, preview = false } = props;
    const latest = useLatest(props);
    const before = useRef('');
    const { host, target, files } = useFile({
      kind: 'download',
      props,
      attributes: { preview },
      onState({ files: [file] }) {
        const now = file?.state === 'downloading' ? `${file.sent}/${file.size}` : '';
        if (file && now && now !== before.current) latest.current.onProgress?.(file.sent, file.size);
        before.current = now;
      },
    });
    useEffect(() => files.show(token || null), [files, token]);
    useImperativeHandle(ref, () => ({ retry: () => files.showAgain() }), [files]);

    return (
      <FileHost kind="download" props={props} preview={preview} host={host} target={target} files={files} />
    );
  },
);
