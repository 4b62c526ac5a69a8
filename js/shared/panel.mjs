// Stands for what the second script uses of js/src/panel: the panel gives it its own.
export const { search, ToolButton, typed } = lib;
