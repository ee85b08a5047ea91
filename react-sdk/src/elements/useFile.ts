import type { FileAttributes, FileKind, FilePageState, Problem } from '@lunasec/secure-frame/protocol';
import { useEffect, useRef } from 'react';
import type { CSSProperties, RefObject } from 'react';
import { createFileElement } from '../core/index.js';
import type { FileElement } from '../core/index.js';
import { labelOf, textOf } from '../core/name.js';
import { usePage } from '../provider/context.js';
import { useLatest } from './useLatest.js';

/** What both elements of files take. `data-…` attributes are passed on as well. */
export interface SecureFileProps {
  /** For `<label for>`: a click on the label puts the focus into the frame. */
  id?: string | undefined;
  /** Of the element around the frame. Colours and fonts of what is inside come from there too. */
  className?: string | undefined;
  style?: CSSProperties | undefined;
  dir?: FileAttributes['dir'];
  lang?: string | undefined;
  disabled?: boolean | undefined;
  /** The texts inside, by name: see docs/guides/files.md. Default: English. */
  labels?: FileAttributes['labels'];
  'aria-label'?: string | undefined;
  'aria-labelledby'?: string | undefined;
  'aria-description'?: string | undefined;
  'aria-describedby'?: string | undefined;
  /** Something failed: an upload, a download, or the frame did not start. */
  onError?: ((problem: Problem) => void) | undefined;
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
  const element = useRef<FileElement | null>(null);
  const latest = useLatest({ props, onState });

  useEffect(() => {
    const created = createFileElement({
      page,
      kind,
      host: host.current!,
      events: {
        state: (state) => latest.current.onState(state),
        problem: (problem) => latest.current.props.onError?.(problem),
      },
    });
    element.current = created;
    return () => {
      created.close();
      element.current = null;
    };
  }, [page, kind, latest]);

  useEffect(() => {
    const at = target.current!;
    element.current?.configure(() => ({
      ...attributes,
      ariaLabel: textOf(at, props['aria-labelledby']) ?? props['aria-label'] ?? labelOf(at),
      ariaDescription: props['aria-description'] ?? textOf(at, props['aria-describedby']),
      // A disabled fieldset disables what is in it.
      disabled: at.matches(':disabled'),
      labels: props.labels,
      dir: props.dir,
      lang: props.lang ?? at.closest<HTMLElement>('[lang]')?.lang,
    }));
  });

  return { host, target: target as RefObject<HTMLButtonElement>, element };
}

/** Takes the clicks of labels. Seen and reached by nobody. */
export const targetStyle: CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  padding: 0,
  border: 0,
  opacity: 0,
  pointerEvents: 'none',
};
