// Put into the page by benchmarks/browsing.py: times of the frames in which a wall is scrolled.
(() => {
  const channel = new MessageChannel();
  const painted = [];
  channel.port1.onmessage = () => painted.shift()();
  /** Called with the frame's start once the main thread has laid out and painted the next frame. */
  const nextFrame = () =>
    new Promise((resolve) => {
      requestAnimationFrame((start) => {
        painted.push(() => resolve(start));
        channel.port2.postMessage(null);
      });
    });
  const list = () => document.querySelector(".xb-list");
  const seen = () => {
    const box = list().getBoundingClientRect();
    return [...document.querySelectorAll(".xb-cell:not([hidden])")].filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect();
      return bottom > box.top && top < box.bottom;
    });
  };
  /** Whether all that is in sight is there, but for pictures of images that failed. */
  const complete = () =>
    seen().length > 0 &&
    seen().every((cell) => {
      if (cell.querySelector(".xb-name").textContent === "") return false;
      if (cell.dataset.kind === "error") return true;
      const canvas = cell.querySelector("canvas");
      return canvas.getContext("2d").getImageData(48, 48, 1, 1).data[3] > 0;
    });

  globalThis.xwWall = {
    /** Scroll by each of these steps, one a frame: ms from the frame's start until it was painted. */
    async scroll(steps) {
      const found = [];
      for (const step of steps) {
        list().scrollTop += step;
        const start = await nextFrame();
        found.push(performance.now() - start);
      }
      return found;
    },
    /** Jump to each of these shares of the height; ms until all that is in sight is drawn. */
    async jump(shares) {
      const found = [];
      for (const share of shares) {
        const began = performance.now();
        list().scrollTop = share * list().scrollHeight;
        await nextFrame();
        while (!complete() && performance.now() - began < 10_000) await nextFrame();
        found.push(performance.now() - began);
      }
      return found;
    },
    /** Do something; ms until another listing is drawn, thumbnails and all. */
    async change(act) {
      const root = document.querySelector(".xwidget-browser");
      const before = root.dataset.listing;
      const began = performance.now();
      act();
      while (root.dataset.listing === before || !complete()) {
        await nextFrame();
        if (performance.now() - began > 10_000) break;
      }
      return performance.now() - began;
    },
    /** Move the pointer on the map to each of these places, shares of its size, one a frame, while its
     * button is down: ms from the frame's start until it was painted. */
    async lasso(places) {
      const canvas = document.querySelector(".xb-map canvas");
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const found = [];
      for (const [x, y] of places) {
        const at = { clientX: left + x * width, clientY: top + y * height, bubbles: true };
        canvas.dispatchEvent(new PointerEvent("pointermove", at));
        const start = await nextFrame();
        found.push(performance.now() - start);
      }
      return found;
    },
    elements: () => document.querySelectorAll(".xb-cell").length,
  };
})();
