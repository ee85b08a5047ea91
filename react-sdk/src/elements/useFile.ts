import type { FileAttributes, FileKind, FilePageState } from '@lunasec/secure-frame/protocol';
import { useEffect, useRef, useState } from 'react';
import type { CSSProperties } from 'react';
import { createFiles } from '../core/index.js';
import type { ElementProps } from '../core/props.js';
import { usePage } from '../provider/context.js';

/** What both elements of files take. `data-…` attributes are passed on as well. */
export interface SecureFileProps extends Pick<
  ElementProps,
  'dir' | 'lang' | 'hidden' | 'className' | 'aria-label' | 'aria-labelledby' | 'onError'
> {
  /** For `<label for>`: a click on the label puts the focus into the frame. */
  id?: string | undefined;
  /** Of the element around the frame. Colours and fonts of what is inside come from there, and from its classes. */
  style?: CSSProperties | undefined;
  disabled?: boolean | undefined;
  /** The texts inside, by name: see docs/guides/files.md. Default: English. */
  labels?: FileAttributes['labels'];
  'aria-description'?: string | undefined;
  'aria-describedby'?: string | undefined;
}

/** Keeps a frame of files in `host` for as long as the component is mounted, and tells it what the component is told. */
export function useFile({
  kind,
  props,
  attributes,
  onState,
}: {
  kind: FileKind;
  props: SecureFileProps;
  attributes: FileAttributes;
  onState(state: FilePageState): void;
}) {
  const page = usePage();
  const host = useRef<HTMLDivElement>(null);
  const target = useRef<HTMLButtonElement>(null);
  const [files] = useState(() => createFiles(kind));

  // Before it is mounted: the frame is told at once.
  useEffect(() => {
    const at = target.current!;
    files.update(
      ({ labelOf, textOf }) => ({
        ...attributes,
        ariaLabel: textOf(at, props['aria-labelledby']) ?? props['aria-label'] ?? labelOf(at),
        ariaDescription: props['aria-description'] ?? textOf(at, props['aria-describedby']),
        // A disabled fieldset disables what is in it.
        disabled: at.matches(':disabled'),
        labels: props.labels,
        dir: props.dir,
        lang: props.lang ?? at.closest<HTMLElement>('[lang]')?.lang,
      }),
      { onState, onError: (problem, help) => props.onError?.(problem, help) },
    );
  });
  useEffect(() => files.mount(page, host.current!), [page, files]);
  const look = JSON.stringify([props.className, props.style]);
  useEffect(() => files.restyle(), [files, look]);

  return { page, host, target, files };
}
