import type { ElementAttributes, ElementKind, Problem } from '@lunasec/secure-frame/protocol';
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { createElement } from '../core/index.js';
import type { ElementEvents, ElementSettings, SecureElement } from '../core/index.js';
import { usePage } from '../provider/context.js';
import type { SecureElementProps } from './types.js';
import { useLatest } from './useLatest.js';

export interface ElementParts {
  kind: ElementKind;
  host: RefObject<HTMLElement | null>;
  twin: RefObject<HTMLElement | null>;
  props: SecureElementProps;
  settings: Omit<ElementSettings, 'attributes' | 'labelledBy' | 'tabIndex'> & {
    attributes: ElementAttributes;
  };
  events: Partial<ElementEvents>;
  arrange(): void;
}

/** Keeps a frame in `host` for as long as the component is mounted, and tells it what the component is told. */
export function useElement(parts: ElementParts): RefObject<SecureElement | null> {
  const { kind, host, twin, props, settings } = parts;
  const page = usePage();
  const latest = useLatest(parts);
  const element = useRef<SecureElement | null>(null);

  useEffect(() => {
    const created = createElement({
      page,
      kind,
      host: host.current!,
      twin: twin.current!,
      arrange: () => latest.current.arrange(),
      events: {
        state: (state, before) => latest.current.events.state?.(state, before),
        submit: () => latest.current.events.submit?.(),
        problem(problem: Problem) {
          latest.current.events.problem?.(problem);
          latest.current.props.onError?.(problem);
        },
      },
    });
    element.current = created;
    return () => {
      created.close();
      element.current = null;
    };
  }, [page, kind, host, twin, latest]);

  useEffect(() => {
    element.current?.configure({
      ...settings,
      attributes: {
        ...settings.attributes,
        ariaLabel: props['aria-label'],
        dir: props.dir,
        lang: props.lang,
      },
      labelledBy: props['aria-labelledby'],
      tabIndex: props.tabIndex,
    });
  });
  useEffect(() => element.current?.show(props.token || null), [page, props.token]);

  const look = JSON.stringify([props.className, props.style]);
  const styled = useRef(look);
  useEffect(() => {
    if (styled.current !== look) element.current?.restyle();
    styled.current = look;
  }, [look]);

  return element;
}
