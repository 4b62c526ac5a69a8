/**
 * What one Inspector knows on the page, shared by all its views: the kernel's traits as signals,
 * the masks seen so far, and what a person wants to see. Views read signals and call actions. Each
 * feature has a file of its own; a store is all of them together.
 */
import type { Model } from "../kernel/model";
import { type Classes, createClasses } from "./classes";
import { type Comparing, createComparing } from "./comparing";
import { createGeometry, type Geometry } from "./geometry";
import { createLooking, type Looking } from "./looking";
import { createNotices, type Notices } from "./notices";
import { createDecode, createPictures, type Pictures } from "./pictures";
import { createRun, type Run, readProgress } from "./run";
import { createSaving, type Saving } from "./saving";
import { createSettings, type Settings } from "./settings";
import { createStatus, type KernelStatus } from "./status";
import { createTesting, type Testing } from "./testing";
import { createUndo, type Undo } from "./undo";
import { createWire, type Wire } from "./wire";

/** What only the features need of each other. */
type Inner =
  | "masks"
  | "followNewest"
  | "advanceTo"
  | "redraw"
  | "onElsewhere"
  | "onNewRun"
  | "open";

export interface Store
  extends KernelStatus,
    Settings,
    Notices,
    Pictures,
    Omit<Looking, Inner>,
    Classes,
    Run,
    Comparing,
    Saving {
  geometry: Geometry;
  testing: Testing;
  undo: Undo;
  /** For what is added to a store later. */
  wire: Wire;
  close(): void;
}

export function createStore(model: Model): Store {
  const end = new AbortController();
  const wire = createWire(model, end.signal);
  const notices = createNotices(wire);
  const { say } = notices;
  const decode = createDecode(say);
  const status = createStatus(wire);
  const settings = createSettings(wire);
  const classes = wire.trait("_classes", []);
  const variants = wire.trait("_variants", []);
  const looking = createLooking(wire, decode, {
    ...{ status: status.status, classes, variants, run: readProgress(wire).run, say },
  });
  const undo = createUndo();
  const store: Store = {
    ...status,
    ...settings,
    ...notices,
    ...createPictures(wire, decode),
    ...looking,
    geometry: createGeometry(wire),
    testing: createTesting(wire, decode, looking, undo),
    ...{ undo, wire },
    ...createRun(wire, status, settings, looking),
    ...createClasses(wire, classes, looking, status),
    ...createComparing(wire, variants, looking),
    ...createSaving(wire),
    close: () => end.abort(),
  };
  looking.open();
  return store;
}
