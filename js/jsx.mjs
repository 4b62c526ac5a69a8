// What a JSX tag compiles to; build.mjs puts it into every module.
export { Fragment, h } from "preact";
