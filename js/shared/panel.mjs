// Stands for what the later scripts use of js/src/panel and js/src/support: the panel gives it its own.
export const { search, ToolButton, typed, download, focused, isUndo } = lib;
export const { capital, percent, score, decodeFrame, inflate, viewOf } = lib;
export const { gradient, VIRIDIS, DARK, LIGHT, SignOf, Legend } = lib;
export const { meanOf, nameOf, radii, shortOf, thresholded, whereabouts } = lib;
