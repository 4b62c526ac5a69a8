import { ONE, placesOf, sumsOf, type Values } from "../../src/beside/state/values";

/** Values of a picture of one row. */
export function made(values: readonly number[], of: Partial<Values> = {}): Values {
  const { channels = 1, scale = 1 } = of;
  const data = Int16Array.from(
    values,
    (value) => Math.sign(value) * Math.round((Math.abs(value) / scale) * ONE),
  );
  const width = values.length / channels;
  const made = { seq: 1, scale, signed: false, channels, height: 1, width, data };
  return { ...made, places: placesOf(sumsOf(made)), ...of };
}
