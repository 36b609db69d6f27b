type Listener = (width: number) => void;

const listeners = new Map<Element, Listener>();
let observer: ResizeObserver | undefined;

/** Tells the width of an element now and whenever it changes; one observer serves the whole page. */
export function onWidth(element: Element, listener: Listener): () => void {
  observer ??= new ResizeObserver((entries) => {
    for (const entry of entries) listeners.get(entry.target)?.(entry.contentRect.width);
  });
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer?.unobserve(element);
  };
}
