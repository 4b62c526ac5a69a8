/** How a lesson's page has a panel shown. */
import type { Model } from "../kernel/model";

/** A panel that is shown. */
export interface Mounted {
  model: Model;
  close(): void;
}

/**
 * Show a panel in place of what is there; null where it is no longer wanted once it could be.
 *
 * @param data what xwidget/export/page.py says of it
 * @param place what it shows at first, as a link says it; undefined for what the page's address says
 */
export type MountPanel = (
  host: HTMLElement,
  data: unknown,
  place?: string,
  wanted?: () => boolean,
) => Promise<Mounted | null>;
