// Stands for "@preact/signals" in the second script: the panel gives it its own.
export const { batch, computed, effect, signal, useSignal } = lib;
