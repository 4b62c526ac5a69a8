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

// A picture opens its panel above the page; without this script, the link leads to it.
function open(card) {
  const dialog = document.createElement("dialog");
  dialog.className = "panel-dialog";
  const title = card.querySelector("span").textContent;
  dialog.setAttribute("aria-label", title);
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  const frame = document.createElement("iframe");
  frame.title = `Interactive panel: ${title}`;
  frame.src = card.href;
  const figure = document.createElement("figure");
  figure.className = "panel";
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  figure.append(frame, caption);
  dialog.append(close, figure);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  frame.addEventListener("load", () => fit(frame));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const card = event.target.closest?.("a.panel-card");
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(card);
});
