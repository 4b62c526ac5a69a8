// Stands for "preact/hooks" in the second script: the panel gives it its own.
export const { useEffect, useLayoutEffect, useRef } = lib;
