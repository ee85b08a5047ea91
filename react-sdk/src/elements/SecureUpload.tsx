import type { Batch, FilePageState, FileStatus, InvalidFileCode } from '@lunasec/secure-frame/protocol';
import { forwardRef, useEffect, useImperativeHandle, useRef } from 'react';
import type { Files, FormField, SecureFocusEvent } from '../core/index.js';
import { FileHost } from './FileHost.js';
import { useFile } from './useFile.js';
import type { SecureFileProps } from './useFile.js';
import { useLatest } from './useLatest.js';

/** Like an event of a file input, but what the page gets are tokens. */
export interface SecureUploadEvent {
  type: 'change';
  /** `value`: the first token, or an empty string; `values`: all tokens, in the order of the files. */
  target: { name: string; value: string; values: string[] };
}

export interface SecureUploadProps extends SecureFileProps {
  name?: string | undefined;
  /** As of `<input type=file>`: `.pdf,image/*`. Checked for files that are dropped as well. */
  accept?: string | undefined;
  multiple?: boolean | undefined;
  required?: boolean | undefined;
  /** Most files. Default: 1, or 100 if `multiple`. */
  maxFiles?: number | undefined;
  /** Most bytes of one file. The tokenizer's own limit, `limits.maxSize`, holds besides. */
  maxSize?: number | undefined;
  /** Small pictures of images in the list. Default: true. */
  preview?: boolean | undefined;
  'aria-invalid'?: boolean | undefined;
  /** The form is being submitted and the files are stored. */
  onChange?: ((event: SecureUploadEvent) => void) | undefined;
  /** Sizes and states of the files, when they change: a few times a second while something is sent. */
  onProgress?: ((files: readonly FileStatus[]) => void) | undefined;
  /** Whether the files can be sent, at first and when that changes; else the first reason why not. */
  onValidate?: ((valid: boolean, code: InvalidFileCode | null) => void) | undefined;
  onFocus?: ((event: SecureFocusEvent) => void) | undefined;
  onBlur?: ((event: SecureFocusEvent) => void) | undefined;
}

/** What a `ref` to a secure upload gives. */
export interface SecureFiles {
  focus(): void;
  blur(): void;
  /** Takes all files out of the list, and stops their uploads. */
  clear(): void;
  validate(): Promise<boolean>;
  /** Waits for the uploads and resolves with all tokens, in the order of the files. Rejects with a `ProblemError`. */
  tokenize(batch?: Batch): Promise<string[]>;
}

/**
 * A place to choose files or drop them, which this page never sees: they are encrypted in a frame and uploaded from there while
 * the form is still being filled in. The page learns sizes and states, and when the form is submitted the tokens.
 */
export const SecureUpload = /*#__PURE__*/ forwardRef<SecureFiles, SecureUploadProps>(
  function SecureUpload(props, ref) {
    const latest = useLatest(props);
    const before = useRef<FilePageState>(undefined);
    const { page, host, target, files } = useFile({
      kind: 'upload',
      props,
      attributes: {
        accept: props.accept,
        multiple: props.multiple,
        maxFiles: props.maxFiles,
        maxSize: props.maxSize,
        required: props.required,
        preview: props.preview,
        ariaInvalid: props['aria-invalid'],
      },
      onState(state) {
        const { name = '', onFocus, onBlur, onProgress, onValidate } = latest.current;
        const last = before.current;
        before.current = state;
        host.current?.toggleAttribute('data-lunasec-filled', state.filled);
        host.current?.toggleAttribute('data-lunasec-invalid', !state.valid);
        host.current?.toggleAttribute('data-lunasec-focus-within', state.focused);
        if (state.focused !== (last?.focused ?? false))
          if (state.focused) onFocus?.({ type: 'focus', target: { name } });
          else onBlur?.({ type: 'blur', target: { name } });
        if (state.valid !== last?.valid || state.invalid !== last.invalid)
          onValidate?.(state.valid, state.invalid);
        if (JSON.stringify(state.files) !== JSON.stringify(last?.files ?? [])) onProgress?.(state.files);
      },
    });
    useImperativeHandle(ref, () => filesOf(files), [files]);
    useEffect(() => {
      const methods = filesOf(files);
      let tokens: string[] = [];
      const name = () => latest.current.name ?? '';
      const form = () => host.current?.closest('form') ?? null;
      const field: FormField = {
        ...methods,
        select: methods.focus,
        reset: methods.clear,
        node: () => host.current!,
        name,
        form,
        isDisabled: () => target.current?.matches(':disabled') ?? true,
        async tokenize(batch) {
          tokens = await methods.tokenize(batch);
          return tokens[0] ?? null;
        },
        stored: () =>
          latest.current.onChange?.({
            type: 'change',
            target: { name: name(), value: tokens[0] ?? '', values: tokens },
          }),
        refused: () => undefined,
        failed: (problem) => latest.current.onError?.(problem, { refresh: undefined }),
      };
      const root = host.current!.getRootNode();
      const reset = (event: Event) => {
        if (event.target === form() && !event.defaultPrevented) methods.clear();
      };
      root.addEventListener('reset', reset);
      page.fields.add(field);
      return () => {
        root.removeEventListener('reset', reset);
        page.fields.delete(field);
      };
    }, [page, files, latest, host, target]);

    return <FileHost kind="upload" props={props} host={host} target={target} files={files} />;
  },
);

function filesOf({ command, validate, tokenize }: Files): SecureFiles {
  return {
    focus: () => command('focus'),
    blur: () => command('blur'),
    clear: () => command('clear'),
    validate,
    tokenize: (batch = { id: crypto.randomUUID(), size: 1 }) => tokenize(batch),
  };
}
