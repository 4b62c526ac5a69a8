// Put into the page by benchmarks/finding_times.py, after screen.js: from a click and a key to what
// they did.
(() => {
  const watched = { childList: true, characterData: true, attributes: true, subtree: true };
  const once = { capture: true, once: true };

  /** The next finding: when it was clicked, judged and seen to be so, in ms; null after a minute. */
  xwBench.finding = (root) => {
    const at = {};
    const painted = (name) => {
      if (name in at) return;
      at[name] = null;
      xwBench.afterPaint(() => {
        at[name] = performance.now();
      });
    };
    for (const [event, name] of [["pointerdown", "click"], ["keydown", "key"]]) {
      const hear = ({ timeStamp }) => {
        at[name] = timeStamp;
      };
      window.addEventListener(event, hear, once);
    }
    const saved = root.querySelector('[role="status"][aria-label="Findings"]');
    // The key itself says "Saving": what is saved after it is the verdict, too.
    const status = new MutationObserver(() => {
      if (saved.textContent.startsWith("Saved in ")) painted("key" in at ? "judged" : "marked");
    });
    const effects = new MutationObserver(() => {
      const effect = root.querySelector(".xw-effect:not([data-pending])");
      if (effect?.textContent.startsWith("without it ")) painted("measured");
    });
    status.observe(saved, watched);
    effects.observe(root, watched);
    const begun = performance.now();
    xwBench.found = new Promise((done) => {
      const look = () => {
        if (at.judged && at.measured) done(at);
        else if (performance.now() - begun > 60_000) done(null);
        else return void setTimeout(look, 20);
        status.disconnect();
        effects.disconnect();
      };
      look();
    });
  };
})();
