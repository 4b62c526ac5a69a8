// Stands for what the second script uses of js/src/panel and js/src/support: the panel gives it its own.
export const { search, ToolButton, typed, download, focused, isUndo } = lib;
