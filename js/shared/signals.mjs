// Stands for "@preact/signals" in the later scripts: the panel gives it its own.
export const { batch, computed, effect, signal, useSignal } = lib;
