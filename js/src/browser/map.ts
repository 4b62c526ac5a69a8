/** The map of clusters: a point for each explanation, a lasso around some of them, a button a cluster. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { create, set } from "../support/elements";
import { onceAFrame } from "../support/frames";
import type { BrowserTraits, Choice, ClusterMap, Listed } from "./contract";
import { bit, type Corner, Points, thinned } from "./points";

/** As in the kernel's contract. */
const CORNERS = 256;
/** Room around the points, in px. */
const EDGE = 10;
/** How far a press may move and still be a click, and how far from a point it may be, in px. */
const NEAR = 6;
/** Told apart by color-blind readers, too (Okabe and Ito, 2008); after them they come again. */
const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c00"];

export class MapOfClusters {
  readonly element = create("div", "xb-map");
  readonly #canvas = create("canvas");
  readonly #clusters = create("div", "xb-clusters");
  readonly #later: () => void;
  #points: Points | null = null;
  #listed: DataView | null = null;
  /** While it is drawn. */
  #lasso: Corner[] | null = null;

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
    this.#canvas.width = width * ratio;
    this.#canvas.height = height * ratio;
    context.scale(ratio, ratio);
    const points = this.#points;
    if (!points) return;
    const style = getComputedStyle(this.#canvas);
    const opened = this.#get("opened");
    const size = Math.max(1.5, Math.min(5, 120 / Math.sqrt(points.count)));
    let ring: Corner | null = null;
    // What is not listed lies under what is.
    for (const listed of [false, true]) {
      context.globalAlpha = listed ? 0.85 : 0.18;
      for (let k = 0; k < points.count; k++) {
        if (bit(this.#listed, k) !== listed) continue;
        context.fillStyle = listed ? colorOf(points.cluster[k] ?? 0) : style.color;
        const [x, y] = this.#at(points, k, width, height);
        context.fillRect(x - size / 2, y - size / 2, size, size);
        if (points.row[k] === opened) ring = [x, y];
      }
    }
    context.globalAlpha = 1;
    this.#drawNumbers(context, points, style, width, height);
    context.strokeStyle = style.color;
    context.lineWidth = 1.5;
    if (ring) {
      context.beginPath();
      context.arc(ring[0], ring[1], 6, 0, 7);
      context.stroke();
    }
    const chosen = this.#get("chosen").lasso.map(
      ([x, y]): Corner => [EDGE + x * (width - 2 * EDGE), EDGE + y * (height - 2 * EDGE)],
    );
    const line = this.#lasso ?? chosen;
    if (line.length > 1) {
      context.setLineDash([4, 3]);
      context.beginPath();
      for (const [x, y] of line) context.lineTo(x, y);
      context.closePath();
      context.stroke();
    }
  }

  /** The number of each cluster in its middle: colors come again. */
  #drawNumbers(
    context: CanvasRenderingContext2D,
    points: Points,
    style: CSSStyleDeclaration,
    width: number,
    height: number,
  ): void {
    context.font = `600 11px ${style.fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = style.backgroundColor;
    context.fillStyle = style.color;
    for (const [cluster, [x, y]] of points.middles()) {
      const at: Corner = [EDGE + x * (width - 2 * EDGE), EDGE + y * (height - 2 * EDGE)];
      context.strokeText(String(cluster), ...at);
      context.fillText(String(cluster), ...at);
    }
  }

  #at(points: Points, k: number, width: number, height: number): Corner {
    return [
      EDGE + (points.place[2 * k] ?? 0) * (width - 2 * EDGE),
      EDGE + (points.place[2 * k + 1] ?? 0) * (height - 2 * EDGE),
    ];
  }

  /** The place on the map of a place on the canvas. */
  #onMap([x, y]: Corner): Corner {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const within = (value: number) => Math.max(0, Math.min(1, value));
    return [within((x - EDGE) / (width - 2 * EDGE)), within((y - EDGE) / (height - 2 * EDGE))];
  }

  #drawClusters(): void {
    const clusters = this.#get("_clusters");
    const { cluster: chosen } = this.#get("chosen");
    while (this.#clusters.childElementCount < clusters.length) {
      const button = create("button", "xb-cluster");
      button.append(create("i"), create("span"));
      this.#clusters.append(button);
    }
    clusters.forEach(([number, size], k) => {
      const button = this.#clusters.children[k] as HTMLElement;
      const [dot, text] = button.children as unknown as [HTMLElement, HTMLElement];
      button.dataset.cluster = String(number);
      button.title = `Cluster ${number}: ${size} explanations`;
      button.ariaLabel = button.title;
      button.setAttribute("aria-pressed", String(number === chosen));
      dot.style.background = colorOf(number);
      set(text, String(number));
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
    const resized = new ResizeObserver(this.#later);
    resized.observe(this.#canvas);
    signal.addEventListener("abort", () => {
      this.model.off("msg:custom", hear);
      resized.disconnect();
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
      this.#lasso?.push(place(event));
      if (this.#lasso) this.#later();
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
      const most = NEAR / Math.max(1, this.#canvas.clientWidth - 2 * EDGE);
      const found = this.#points?.nearest(...this.#onMap(start), most) ?? -1;
      if (found >= 0) this.open(this.#points?.row[found] ?? -1);
      else this.choose({ lasso: [] });
    }
    this.#later();
  }
}

function colorOf(cluster: number): string {
  return COLORS[cluster % COLORS.length] ?? "gray";
}
