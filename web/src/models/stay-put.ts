import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

export interface ReadingPlace {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The end is on screen, or nearly. */
  readonly atEnd: boolean;
  onScroll(): void;
  toEnd(): void;
}

const nearEnd = 48;
const nearStart = 600;

/** How far it can be scrolled. */
function wayOf(element: HTMLElement): number {
  return element.scrollHeight - element.clientHeight;
}

/**
 * Keeps the reading place of a list that grows at both ends: at the end it follows what comes, elsewhere the words under
 * the reader's eyes stay where they are. `firstKey` tells when the start has grown; `onStart` is asked for more when the
 * start comes near.
 */
export function useReadingPlace(
  firstKey: string | undefined,
  lastKey: string | undefined,
  onStart: () => void,
): ReadingPlace {
  const scroller = useRef<HTMLDivElement>(null);
  const place = useRef({ fromEnd: 0, atEnd: true, way: 0, first: firstKey });
  const [atEnd, setAtEnd] = useState(true);
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const way = wayOf(element);
    // What was scrolled to the end may have another size since, such as a picture: then the end moved, not the reader.
    if (place.current.atEnd && way !== place.current.way) element.scrollTop = element.scrollHeight;
    const fromEnd = way - element.scrollTop;
    place.current = { ...place.current, fromEnd, atEnd: fromEnd < nearEnd, way };
    setAtEnd(fromEnd < nearEnd);
    if (element.scrollTop < nearStart) onStart();
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { fromEnd, atEnd: following, first } = place.current;
    if (following) element.scrollTop = element.scrollHeight;
    else if (first !== firstKey) element.scrollTop = element.scrollHeight - element.clientHeight - fromEnd;
    place.current = { ...place.current, first: firstKey, way: wayOf(element) };
    if (element.scrollTop < nearStart) onStart();
  }, [firstKey, lastKey]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const inside = element?.firstElementChild;
    if (!element || !inside || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(() => {
      if (place.current.atEnd) element.scrollTop = element.scrollHeight;
      place.current.way = wayOf(element);
    });
    observer.observe(inside);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };
  return { scroller, atEnd, onScroll, toEnd };
}
