import type { Recognition } from "./recognition.ts";
import { accept, expect, fail, takeList, takeName, type Cursor } from "./tokens.ts";
import { takeOneOf } from "./parse-expr.ts";

/** `@rowwise{row: [k]}`, if a tag is next. */
export function takeRecognition(cursor: Cursor): { recognition?: Recognition } {
  if (!accept(cursor, "@")) return {};
  const kind = takeOneOf(cursor, recognitionKinds) ?? fail(cursor, "a kind of recognition");
  expect(cursor, "{");
  const recognition = readers[kind]({
    name: (field) => {
      takeField(cursor, field);
      return takeName(cursor);
    },
    names: (field) => {
      takeField(cursor, field);
      expect(cursor, "[");
      return takeList(cursor, "]", () => takeName(cursor));
    },
  });
  expect(cursor, "}");
  return { recognition };
}

/** Fields stand in the order of their declaration. */
function takeField(cursor: Cursor, field: string): void {
  accept(cursor, ",");
  expect(cursor, field);
  expect(cursor, ":");
}

interface Fields {
  readonly name: (field: string) => string;
  readonly names: (field: string) => readonly string[];
}

const readers = {
  contraction: ({ name, names }) => ({
    kind: "contraction",
    batch: names("batch"),
    m: names("m"),
    n: names("n"),
    k: names("k"),
    left: name("left"),
    right: name("right"),
  }),
  convolution: ({ name, names }) => ({
    kind: "convolution",
    image: name("image"),
    weight: name("weight"),
    batch: names("batch"),
    groups: names("groups"),
    outChannels: names("outChannels"),
    inChannels: names("inChannels"),
    pixels: names("pixels"),
    window: names("window"),
  }),
  depthwise: ({ name, names }) => ({
    kind: "depthwise",
    image: name("image"),
    weight: name("weight"),
    channels: names("channels"),
    pixels: names("pixels"),
    window: names("window"),
  }),
  window: ({ name, names }) => ({
    kind: "window",
    image: name("image"),
    pixels: names("pixels"),
    window: names("window"),
  }),
  rowwise: ({ names }) => ({ kind: "rowwise", row: names("row") }),
  prefix: ({ names }) => ({ kind: "prefix", along: names("along"), over: names("over") }),
  elementwise: () => ({ kind: "elementwise" }),
} as const satisfies {
  readonly [Kind in Recognition["kind"]]: (fields: Fields) => Extract<Recognition, { kind: Kind }>;
};

const recognitionKinds = [
  "contraction",
  "convolution",
  "depthwise",
  "window",
  "rowwise",
  "prefix",
  "elementwise",
] as const satisfies readonly (keyof typeof readers)[];
