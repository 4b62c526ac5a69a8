// Bundles src/ into the files that the Python package ships. The output depends on nothing but
// the sources and the locked versions, so that CI can rebuild it and compare byte for byte.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = here("../xwidget/inspector/static");

// A style sheet that a script imports is a text, packed as the others are.
const styleText = {
  name: "style as text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const made = await esbuild.build({
        ...{ entryPoints: [path], bundle: true, minify: true, write: false, charset: "utf8" },
      });
      return { contents: made.outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

const options = {
  entryPoints: { widget: here("src/index.ts") },
  outdir,
  bundle: true,
  format: "esm",
  // The classic JSX call is smaller in the bundle than the automatic one that the types are checked with.
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  tsconfigRaw: { compilerOptions: { target: "ES2022" } },
  inject: [here("jsx.mjs")],
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* Bundled licenses: see LICENSES.txt beside this file. */" },
};
// What the panel gives the later scripts of itself.
const ofPanel = {
  name: "parts of the panel",
  setup(build) {
    const path = here("shared/panel.mjs");
    const parts = [
      "panel/(search|tool_button|typed)",
      "support/(figures|files|keys)",
      "kernel/(frame|packed)",
      "picture/(colormap|paper|sign|titles)",
      "state/(classes|masks)",
      "catalog/sentences",
    ];
    build.onResolve({ filter: new RegExp(`/(${parts.join("|")})$`) }, () => ({ path }));
  },
};

// A module whose one export is given what it needs of others by the panel.
const later = (name) => ({
  ...options,
  entryPoints: { [name]: here(`src/${name}/index.ts`) },
  format: "iife",
  globalName: name,
  alias: {
    preact: here("shared/preact.mjs"),
    "preact/hooks": here("shared/hooks.mjs"),
    "@preact/signals": here("shared/signals.mjs"),
  },
  plugins: [styleText, ofPanel],
  banner: { js: "export default (lib) => {" },
  footer: { js: `return ${name}; };` },
});
// Findings and help; other methods and models beside our evidence; questions, and locked controls.
const [annotate, beside, guess] = ["annotate", "beside", "guess"].map(later);
// The page that Explanation.export_html writes: the same panel, with a model in place of a kernel.
const portable = {
  ...options,
  entryPoints: { portable: here("src/portable/page.ts") },
  plugins: [styleText],
  format: "iife",
};
// What a lesson's page has beside it: its sheet, with a model in place of a kernel.
const handout = {
  ...options,
  entryPoints: { handout: here("src/handout/page.ts") },
  inject: [],
  banner: {},
  format: "iife",
};
const styles = {
  ...options,
  entryPoints: {
    widget: here("src/styles/index.css"),
    portable: here("src/styles/portable.css"),
    handout: here("src/styles/handout.css"),
  },
  banner: {},
};
// The Gallery's strip, the Browser's wall and a lesson's sheet are plain: they need nothing of others, and so no notice.
const plain = {
  ...options,
  entryPoints: ["gallery", "browser", "lessons"].flatMap((name) => [
    { in: here(`src/${name}/${name}.ts`), out: name },
    { in: here(`src/styles/${name}.css`), out: name },
  ]),
  inject: [],
  banner: {},
};
const builds = [options, annotate, beside, guess, portable, handout, styles, plain];

// What the bundle contains of others is MIT: its notices travel beside it.
async function licenses() {
  const packages = ["preact", "@preact/signals", "@preact/signals-core"];
  const parts = await Promise.all(
    packages.map(async (name) => {
      const text = await readFile(here(`node_modules/${name}/LICENSE`), "utf8");
      return `${name}\n${"=".repeat(name.length)}\n\n${text.trim()}\n`;
    }),
  );
  await writeFile(`${outdir}/LICENSES.txt`, parts.join("\n\n"));
}

const harness = {
  ...options,
  entryPoints: { main: here("harness/main.ts") },
  outdir: here("harness/build"),
  banner: {},
};

await mkdir(outdir, { recursive: true });
if (process.argv.includes("--watch")) {
  for (const each of builds) await (await esbuild.context(each)).watch();
} else if (process.argv.includes("--harness")) {
  await esbuild.build(harness);
} else {
  await Promise.all([...builds.map((each) => esbuild.build(each)), licenses()]);
}
