import { expect, test, vi } from "vitest";
import { PortableModel } from "../../src/portable/model";
import type { MountPanel } from "../../src/portable/mount";

test("a panel that is no longer wanted leaves what is there alone", async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  vi.spyOn(PortableModel, "open").mockResolvedValue({} as PortableModel);
  await import("../../src/portable/page");
  const { xwidgetPanel } = globalThis as unknown as { xwidgetPanel: MountPanel };
  const host = { replaceChildren: vi.fn() };
  const mounted = await xwidgetPanel(host as unknown as HTMLElement, {}, "", () => false);
  expect(mounted).toBeNull();
  expect(host.replaceChildren).not.toHaveBeenCalled();
});
