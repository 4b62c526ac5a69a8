import { describe, expect, test, vi } from "vitest";
import { encode } from "../../harness/fake_model";
import { createBeside } from "../../src/beside/state/beside";
import { type Exported, PortableModel, unpack } from "../../src/portable/model";
import { createStore } from "../../src/state/store";

function packed(target: number, iteration: number, ...data: number[]): Promise<string> {
  const frame = encode({ run: 1, target, iteration, side: 1, data: Uint8Array.from(data) });
  return deflate(new Uint8Array(frame.buffer as ArrayBuffer, frame.byteOffset, frame.byteLength));
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...deflated));
}

/** Two classes of one pixel: 5 with iterations 0, 2 and 9; 6, which was stopped, with 0 and 4. */
async function exported(): Promise<Exported> {
  return {
    version: 1,
    traits: {
      _classes: [5, 6].map((index) => ({ index, name: `class ${index}`, score: 0.5 })),
      _trace: {
        5: { scores: [], means: [], frames: [0, 2, 9] },
        6: { scores: [], means: [], frames: [0, 4] },
      } as Exported["traits"]["_trace"],
      _progress: { run: 1, iteration: 9, iterations: 9, seconds: 1, rate: 9 },
      _follow: true,
      target: 5,
      iteration: 9,
      status: "done",
    },
    image: await packed(-1, 0, 250, 10, 246),
    reference: await packed(-1, 0, 128, 0, 0),
    masks: {
      5: [
        { difference: false, bytes: await packed(5, 0, 1, 2, 255) },
        { difference: true, bytes: await packed(5, 2, 1, 255, 3) },
        { difference: true, bytes: await packed(5, 9, 10, 10, 10) },
      ],
      6: [
        { difference: false, bytes: await packed(6, 0, 7, 7, 7) },
        { difference: false, bytes: await packed(6, 4, 9, 8, 7) },
      ],
    },
  };
}

async function open() {
  const store = createStore(await PortableModel.open(await exported()));
  store.connect();
  await vi.waitFor(() => expect(store.link.value).toBe("live"));
  return store;
}

describe("the model of an exported page", () => {
  test("adds differences up, mod 256, and leaves the headers alone", async () => {
    const frames = await unpack((await exported()).masks[5] ?? []);
    const payloads = frames.map((view) => [...new Uint8Array(view.buffer).slice(-3)]);
    expect(payloads).toEqual([
      [1, 2, 255],
      [2, 1, 2],
      [12, 11, 12],
    ]);
    expect(frames.map((view) => view.getUint32(16, true))).toEqual([0, 2, 9]);
  });

  test("has pictures and the last mask at once", async () => {
    const store = createStore(await PortableModel.open(await exported()));
    expect([...(store.image.value?.data ?? [])]).toEqual([250, 4, 250]);
    expect([...(store.reference.value?.data ?? [])]).toEqual([128, 128, 128]);
    expect(store.drawn.value).toMatchObject({ target: 5, iteration: 9 });
    expect(store.portable.value).toBe(true);
  });

  test("answers with the masks that the page holds", async () => {
    const store = await open();
    store.scrub(3);
    await vi.waitFor(() => expect(store.drawn.value).toMatchObject({ target: 5, iteration: 2 }));
    expect([...(store.drawn.value?.data ?? [])]).toEqual([2, 1, 2]);
    store.choose(6);
    await vi.waitFor(() => expect(store.drawn.value?.target).toBe(6));
    store.latest();
    await vi.waitFor(() => expect(store.drawn.value).toMatchObject({ target: 6, iteration: 4 }));
    expect(store.notices.value).toEqual([]);
  });

  test("refuses what needs a kernel in words, and stays as it was", async () => {
    const store = await open();
    store.runMore();
    store.stop();
    await vi.waitFor(() => expect(store.notices.value).toHaveLength(1));
    expect(store.notices.value[0]?.text).toMatch(/^This page only shows/);
    expect(store.status.value).toBe("done");
    expect(store.drawn.value).toMatchObject({ target: 5, iteration: 9 });
  });

  test("refuses data of another version", async () => {
    await expect(PortableModel.open({ ...(await exported()), version: 2 })).rejects.toThrow(
      "version 2",
    );
  });
});

test("an exported page brings the values of what stands beside, and refuses what it has not", async () => {
  const data = await exported();
  const told = { seq: 3, scale: 0.5, clipped: 0, unit: "", seconds: 1, note: "" };
  data.traits._beside = [
    {
      ...{ id: 2, kind: "array", name: "", label: "mine", about: "", signed: true, channels: 1 },
      ...{ state: "done", progress: 1, error: "", targets: { 5: told, 6: told } },
    },
  ];
  const said = { seq: 3, scale: 0.5, signed: true, channels: 1, height: 1, width: 1 };
  const bytes = await deflate(Uint8Array.of(0x01, 0x80, 0, 0)); // −32767, then the first place
  data.values = { "2/5": { ...said, bytes } };
  const store = createStore(await PortableModel.open(data));
  store.connect();
  const beside = createBeside(store);
  beside.want("view", [
    { pane: 2, target: 5, version: "3" },
    { pane: 2, target: 6, version: "3" },
  ]);
  await vi.waitFor(() => expect(beside.errorOf(2, 6)).not.toBe(""));
  const values = beside.valuesOf(2, 5);
  expect([values?.scale, ...(values?.data ?? []), ...(values?.places ?? [])]).toEqual([
    ...[0.5, -32767, 0],
  ]);
  expect(beside.errorOf(2, 6)).toBe("The page holds no values of this class.");
  store.close();
});

test("an exported page answers with the scores that were shown, and says which it has", async () => {
  const data = await exported();
  const scores = { 0: { own: 0.5, image: 0.9, witness: null, witness_image: null } };
  data.scores = [{ share: 0.2, target: 5, scores }];
  const store = createStore(await PortableModel.open(data));
  store.connect();
  const ask = (share: number, target: number) =>
    store.wire.link.ask({ type: "score_area", share, target }, () => false);
  expect(await ask(0.2, 5)).toMatchObject({ type: "area_scores", scores });
  expect(await ask(0.25, 5)).toMatchObject({
    message: "Scored on this page: the top 20%.",
  });
  expect(await ask(0.2, 6)).toMatchObject({
    message: "Scores need the network, in the notebook.",
  });
  store.close();
});
