/** Puts the built widget on a bare page with a model that only pretends to have a kernel. */
import { FakeModel, type Scenario } from "./fake_model";

const options = new URLSearchParams(location.search);
const theme = options.get("theme") ?? "light";
document.body.dataset.jpThemeLight = String(theme === "light");
document.body.className = theme;
const host = document.querySelector<HTMLElement>("#host");
if (!host) throw new Error("The page has no #host.");
host.style.width = `${options.get("width") ?? 700}px`;

const bytes = new Uint8Array(await (await fetch("build/scene.bin")).arrayBuffer());
const names = (await (await fetch("build/names.json")).json()) as string[];
const model = new FakeModel(bytes, names, (options.get("scenario") ?? "done") as Scenario);
for (const [trait, name] of [
  ["_annotate", "annotate"],
  ["_beside_script", "beside"],
]) {
  model.set(trait as string, await (await fetch(`/static/${name}.js`)).text());
}
Object.assign(window, { model });

const { default: create } = await import(/* @vite-ignore */ `${location.origin}/static/widget.js`);
const widget = create();
await widget.initialize({ model });
for (let view = 0; view < Number(options.get("views") ?? 1); view++) {
  const el = document.createElement("div");
  host.append(el);
  await widget.render({ model, el });
}
