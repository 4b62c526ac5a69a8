/** Puts a lesson on a page that xwidget/teaching/page.py wrote, in place of the text there. */
import { Sheet } from "../lessons/sheet";
import { create } from "../support/elements";
import { createKeeping } from "./keeping";
import { type Content, HandoutModel } from "./model";
import { createPanels } from "./panels";

function show(box: HTMLElement, content: Content): void {
  const keeping = createKeeping(content._lesson_id);
  const model = new HandoutModel(content, keeping);
  const [left, right, root] = [
    create("div"),
    create("div", "xl-panel"),
    create("div", "xwidget-lesson"),
  ];
  left.append(root);
  box.replaceChildren(left, right);
  box.classList.add("xwidget-lesson-box");
  const open = createPanels(model, right);
  model.on("change:step", open);
  const sheet = new Sheet(model, root, new AbortController().signal, {
    kept: () => keeping.words,
    get saved() {
      return model.saved;
    },
    save(count) {
      model.saved = count;
    },
  });
  keeping.changed = () => sheet.drawKept();
  window.addEventListener("storage", ({ key }) => {
    if (key === keeping.name) model.follow();
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) model.follow(); // it heard of nothing meanwhile
  });
  open();
  window.addEventListener("beforeunload", (event) => {
    if (!keeping.keeps && model.get("answers").length > model.saved) event.preventDefault();
  });
}

const box = document.getElementById("xwidget-lesson");
const data = document.getElementById("xwidget-lesson-data");
if (box && data) show(box, JSON.parse(data.textContent ?? "") as Content);
