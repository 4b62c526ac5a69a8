// A panel is as high as its own page. Where the site is opened as files, pages cannot look into each
// other: then the heights of site.css stay.
function fit(frame) {
  const page = frame.contentDocument?.body;
  if (!page?.childElementCount) return;
  const resize = () => {
    frame.style.height = `${Math.ceil(page.getBoundingClientRect().height) + 2}px`;
  };
  new ResizeObserver(resize).observe(page);
  resize();
}

for (const frame of document.querySelectorAll("figure.panel iframe")) {
  frame.addEventListener("load", () => fit(frame));
  fit(frame);
}
