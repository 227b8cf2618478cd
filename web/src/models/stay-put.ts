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
  const place = useRef({ fromEnd: 0, atEnd: true, top: 0, first: firstKey });
  const [atEnd, setAtEnd] = useState(true);
  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const { atEnd: following, top } = place.current;
    // What was scrolled to the end may have grown since, such as a picture: then the end went away, not the reader.
    if (following && element.scrollTop >= top) element.scrollTop = element.scrollHeight;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    place.current = { ...place.current, fromEnd, atEnd: fromEnd < nearEnd, top: element.scrollTop };
    setAtEnd(fromEnd < nearEnd);
    if (element.scrollTop < nearStart) onStart();
  };
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const { fromEnd, atEnd: following, first } = place.current;
    if (following) element.scrollTop = element.scrollHeight;
    else if (first !== firstKey) element.scrollTop = element.scrollHeight - element.clientHeight - fromEnd;
    place.current = { ...place.current, first: firstKey };
    if (element.scrollTop < nearStart) onStart();
  }, [firstKey, lastKey]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const inside = element?.firstElementChild;
    if (!element || !inside || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(() => {
      if (place.current.atEnd) element.scrollTop = element.scrollHeight;
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
