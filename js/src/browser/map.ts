/** The map of clusters: a point for each explanation, a lasso around some of them, a button a cluster. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { isDark, onLook } from "../support/dark";
import { create, set } from "../support/elements";
import { onceAFrame } from "../support/frames";
import { colorsOf } from "./colors";
import { type BrowserTraits, type Choice, type ClusterMap, CORNERS, type Listed } from "./contract";
import { bit, type Corner, Points, thinned } from "./points";

const COUNT = new Intl.NumberFormat("en");
/** Room around the points, in px. */
const EDGE = 10;
/** How far a press may move and still be a click, and how far from a point it may be, in px. */
const NEAR = 6;

export class MapOfClusters {
  readonly element = create("div", "xb-map");
  readonly #canvas = create("canvas");
  readonly #clusters = create("div", "xb-clusters");
  readonly #later: () => void;
  #points: Points | null = null;
  #listed: DataView | null = null;
  /** While it is drawn. */
  #lasso: Corner[] | null = null;
  /** The points, drawn once: all that moves lies on top. */
  readonly #drawn = create("canvas");
  /** What they were drawn of, and how. */
  #drawnOf: unknown[] = [];

  constructor(
    private readonly model: Model,
    private readonly choose: (part: Partial<Choice>) => void,
    private readonly open: (row: number) => void,
    ended: AbortSignal,
  ) {
    this.#canvas.setAttribute("role", "img");
    this.#canvas.ariaLabel =
      "Map of clusters: like explanations lie close together. The buttons below choose a cluster.";
    this.#canvas.title = "Drag around points to list those alone; click on one to open it";
    this.#clusters.setAttribute("role", "group");
    this.#clusters.setAttribute("aria-label", "Clusters");
    this.element.append(this.#canvas, this.#clusters);
    this.#later = onceAFrame(() => this.draw(), ended);
    this.#listen(ended);
  }

  #get<K extends keyof BrowserTraits>(name: K): BrowserTraits[K] {
    return this.model.get(name) as BrowserTraits[K];
  }

  /** Draw all of it anew, soon. */
  redraw(): void {
    this.#drawClusters();
    this.#later();
  }

  draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    if (!context || !width || !height) return;
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== w || this.#canvas.height !== h)
      Object.assign(this.#canvas, { width: w, height: h });
    const style = getComputedStyle(this.#canvas);
    this.#drawPoints(style, w, h, ratio);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, w, h);
    if (!this.#points) return;
    context.drawImage(this.#drawn, 0, 0);
    context.scale(ratio, ratio);
    context.strokeStyle = style.color;
    context.lineWidth = 1.5;
    const opened = this.#points.row.indexOf(this.#get("opened"));
    if (opened >= 0) {
      context.beginPath();
      context.arc(...this.#toCanvas(this.#points.at(opened)), 6, 0, 7);
      context.stroke();
    }
    const line = this.#lasso ?? this.#get("chosen").lasso.map((corner) => this.#toCanvas(corner));
    if (line.length > 1) {
      context.setLineDash([4, 3]);
      context.beginPath();
      for (const [x, y] of line) context.lineTo(x, y);
      context.closePath();
      context.stroke();
      context.setLineDash([]);
    }
  }

  /** Draw the points and the numbers of clusters, unless they are as they were. */
  #drawPoints(style: CSSStyleDeclaration, w: number, h: number, ratio: number): void {
    const points = this.#points;
    const of = [
      points,
      this.#listed,
      style.color,
      style.backgroundColor,
      isDark(this.element),
      w,
      h,
    ];
    if (of.every((each, k) => each === this.#drawnOf[k])) return;
    this.#drawnOf = of;
    Object.assign(this.#drawn, { width: w, height: h });
    const context = this.#drawn.getContext("2d");
    if (!context || !points) return;
    context.scale(ratio, ratio);
    const size = Math.max(1.5, Math.min(5, 120 / Math.sqrt(points.count)));
    const colors = colorsOf(this.element);
    // What is not listed lies under what is.
    for (const listed of [false, true]) {
      context.globalAlpha = listed ? 0.85 : 0.18;
      context.fillStyle = style.color;
      for (let k = 0; k < points.count; k++) {
        if (bit(this.#listed, k) !== listed) continue;
        const color = colors[(points.cluster[k] ?? 0) % colors.length];
        if (listed && color) context.fillStyle = color;
        const [x, y] = this.#toCanvas(points.at(k));
        context.fillRect(x - size / 2, y - size / 2, size, size);
      }
    }
    context.globalAlpha = 1;
    // Colors come again after the last; numbers do not.
    context.font = `600 11px ${style.fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = style.backgroundColor;
    context.fillStyle = style.color;
    for (const [cluster, middle] of points.middles) {
      const at = this.#toCanvas(middle);
      context.strokeText(String(cluster), ...at);
      context.fillText(String(cluster), ...at);
    }
  }

  /** The place on the canvas, in CSS px, of a place on the map. */
  #toCanvas([x, y]: Corner): Corner {
    const { width, height } = this.#inner();
    return [EDGE + x * width, EDGE + y * height];
  }

  /** Size of the map on the canvas. */
  #inner(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#canvas;
    return {
      width: Math.max(1, clientWidth - 2 * EDGE),
      height: Math.max(1, clientHeight - 2 * EDGE),
    };
  }

  /** The place on the map of a place on the canvas. */
  #onMap([x, y]: Corner): Corner {
    const { width, height } = this.#inner();
    const within = (value: number) => Math.max(0, Math.min(1, value));
    return [within((x - EDGE) / width), within((y - EDGE) / height)];
  }

  #drawClusters(): void {
    const clusters = this.#get("_clusters");
    const { cluster: chosen } = this.#get("chosen");
    while (this.#clusters.childElementCount > clusters.length) this.#clusters.lastChild?.remove();
    while (this.#clusters.childElementCount < clusters.length) {
      const button = create("button", "xb-cluster");
      button.append(create("i"), create("span"));
      this.#clusters.append(button);
    }
    const colors = colorsOf(this.element);
    clusters.forEach(([number, size, most], k) => {
      const button = this.#clusters.children[k] as HTMLElement;
      const [dot, text] = button.children as unknown as [HTMLElement, HTMLElement];
      button.dataset.cluster = String(number);
      const rows = `${COUNT.format(size)} row${size === 1 ? "" : "s"}`;
      button.title = `Cluster ${number}: ${rows}${most ? `, most often ${most}` : ""}`;
      button.ariaLabel = button.title;
      button.setAttribute("aria-pressed", String(number === chosen));
      dot.style.background = colors[number % colors.length] ?? "";
      set(text, `${number} · ${rows}`);
    });
  }

  #listen(signal: AbortSignal): void {
    const hear = (message: ClusterMap | Listed, buffers: DataView[]) => {
      const [data] = buffers;
      if (!data) return;
      if (message.type === "map") this.#points = new Points(data);
      else if (message.type === "listed") this.#listed = data;
      else return;
      this.#later();
    };
    this.model.on("msg:custom", hear);
    onLook(this.#canvas, () => this.redraw(), signal);
    signal.addEventListener("abort", () => {
      this.model.off("msg:custom", hear);
    });
    write(this.model, "_mapping", this.#get("_mapping") + 1);
    this.#clusters.addEventListener(
      "click",
      ({ target }) => {
        const button = (target as Element).closest<HTMLElement>("button");
        if (!button) return;
        const number = Number(button.dataset.cluster);
        this.choose({ cluster: number === this.#get("chosen").cluster ? -1 : number });
      },
      { signal },
    );
    const place = ({ offsetX, offsetY }: PointerEvent): Corner => [offsetX, offsetY];
    const on = (type: string, act: (event: PointerEvent) => void) =>
      this.#canvas.addEventListener(type, act as EventListener, { signal });
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#canvas.setPointerCapture(event.pointerId);
      this.#lasso = [place(event)];
      event.preventDefault();
    });
    on("pointermove", (event) => {
      if (!this.#lasso) return;
      this.#lasso.push(place(event));
      // However long it is drawn: what is kept of it is thinned all the same.
      if (this.#lasso.length > 4 * CORNERS) this.#lasso = thinned(this.#lasso, 2 * CORNERS);
      this.#later();
    });
    on("pointercancel", () => {
      this.#lasso = null;
      this.#later();
    });
    on("pointerup", () => {
      const line = this.#lasso;
      this.#lasso = null;
      if (line) this.#end(line);
    });
  }

  /** A drag has ended: around some points, or on one. */
  #end(line: Corner[]): void {
    const [start] = line;
    if (!start) return;
    const far = line.some(([x, y]) => Math.hypot(x - start[0], y - start[1]) > NEAR);
    if (far) {
      const lasso = thinned(line, CORNERS).map((corner) => this.#onMap(corner));
      this.choose({ lasso });
    } else {
      const most = NEAR / this.#inner().width;
      const found = this.#points?.nearest(...this.#onMap(start), most) ?? -1;
      if (found >= 0) this.open(this.#points?.row[found] ?? -1);
      else this.choose({ lasso: [] });
    }
    this.#later();
  }
}
