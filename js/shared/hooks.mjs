// Stands for "preact/hooks" in the later scripts: the panel gives it its own.
export const { useEffect, useLayoutEffect, useRef } = lib;
