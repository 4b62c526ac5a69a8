// Stands for "preact" in the second script: the panel gives it its own.
export const { Fragment, h } = lib;
