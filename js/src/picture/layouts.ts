/** What is side by side: nothing, image and picture with a divider, views, classes or runs. */
export const LAYOUTS = ["single", "divider", "views", "classes"] as const;
/** One of these, or a comparison of runs by the setting in which they differ. */
export type Layout = string;
