import { axis as axisForm, zero, type Form } from "../integers/index.ts";
import { belowExtent, block, emit, freshName, type Builder } from "./lower-builder.ts";

/** One turn after the other from 0 to before `to`, which is at most `most`. */
export function serialLoop(
  builder: Builder,
  stem: string,
  to: Form,
  body: (turn: Form) => void,
  most = to,
): void {
  const name = freshName(builder, stem);
  builder.ranges.set(name, belowExtent(most));
  const statements = block(
    builder,
    () => {
      body(axisForm(name));
    },
    name,
  );
  emit(builder, {
    kind: "for",
    name,
    from: zero,
    to,
    step: 1,
    bind: "serial",
    inductions: [],
    counted: true,
    outlined: false,
    body: statements,
  });
}
