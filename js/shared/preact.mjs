// Stands for "preact" in the later scripts: the panel gives it its own.
export const { Fragment, h } = lib;
