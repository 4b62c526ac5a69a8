import { useEffect, useRef } from "preact/hooks";

/** What is typed or moved is not lost with its field or handle, nor with its page. */
export function useSettleAtEnd(settle: () => void): void {
  const newest = useRef(settle);
  newest.current = settle;
  useEffect(() => {
    const now = () => newest.current();
    window.addEventListener("pagehide", now);
    return () => {
      window.removeEventListener("pagehide", now);
      now();
    };
  }, []);
}
