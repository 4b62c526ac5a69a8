// Put into the page by benchmarks/screen.py: times from what a person does to what they see.
(() => {
  const channel = new MessageChannel();
  const painted = [];
  channel.port1.onmessage = () => painted.shift()();
  /** Called once the next animation frame has been laid out and painted by the main thread. */
  const afterPaint = (then) =>
    requestAnimationFrame(() => {
      painted.push(then);
      channel.port2.postMessage(null);
    });

  const SEEN = {
    iteration: (root) => root.dataset.iteration,
    target: (root) => root.dataset.target,
    // null while the net is being asked
    tested: (root) => root.querySelector(".xw-answer:not([data-pending])")?.textContent ?? null,
    pixel: (root) => root.querySelector('[role="status"][aria-label="Pixel"]').textContent,
  };

  const bench = { afterPaint, long: [], firsts: [] };
  globalThis.xwBench = bench;

  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) bench.long.push([startTime, duration]);
  }).observe({ type: "longtask" });

  /** The next `event`: ms until a painted frame in which `what` is another; null after a second. */
  bench.next = (root, event, what) => {
    const see = () => (SEEN[what] ? SEEN[what](root) : null);
    const before = see();
    bench.took = new Promise((resolve) => {
      const heard = ({ timeStamp }) => {
        const look = () => {
          const took = performance.now() - timeStamp;
          const now = see();
          if (!SEEN[what] || (now !== before && now !== null)) resolve(took);
          else if (took > 1000) resolve(null);
          else afterPaint(look);
        };
        afterPaint(look);
      };
      window.addEventListener(event, heard, { capture: true, once: true });
      setTimeout(() => resolve(null), 3000);
    });
  };

  // From the panel's root on the page to its picture, painted.
  new MutationObserver((records) => {
    for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (!(node instanceof Element)) continue;
      const root = node.closest(".xwidget-inspector") ?? node.querySelector(".xwidget-inspector");
      if (!root || root.dataset.benched) continue;
      root.dataset.benched = "";
      const start = performance.now();
      const look = () => {
        if (root.dataset.iteration !== undefined) bench.firsts.push(performance.now() - start);
        else afterPaint(look);
      };
      afterPaint(look);
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
