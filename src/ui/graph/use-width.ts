import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** The width of an element, in pixels; 0 before it is known. */
export function useWidth(ref: RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current!;
    const look = (): void => setWidth(element.clientWidth);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** Whether an element can be seen, or nearly. */
export function useIsNear(ref: RefObject<HTMLElement>): boolean {
  const [isNear, setNear] = useState(false);
  useLayoutEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? true), {
      rootMargin: "300px",
    });
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return isNear;
}
