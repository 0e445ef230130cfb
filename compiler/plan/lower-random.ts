import { dim as dimForm, type Form } from "../integers/index.ts";
import { streamKey } from "../scalar/index.ts";
import { bindValue, literal, type Builder, type Value } from "./lower-builder.ts";
import { integerValue } from "./lower-read.ts";
import { applyTo } from "./lower-value.ts";

/** The i32 arguments of code that draws: the run's seed, and the iteration that the draws belong to. */
export const randomDims = ["$seed", "$step"] as const;

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * A draw in [0, 1), bit for bit that of `docs/random.md`: Threefry-2x32 of 20 rounds in i32, four lanes at once where
 * the counter differs among them. The counter is below 2³².
 */
export function lowerRandom(builder: Builder, path: string, stream: number, counter: Form): Value {
  const [seed, step] = randomDims.map((name) => integerValue(builder, dimForm(name)));
  if (seed === undefined || step === undefined) throw new Error("bug: a draw without seed or step");
  const whole = (value: number): Value => literal("i32", 1, value | 0);
  const bind = (value: Value): Value => bindValue(builder, value, "draw");
  const add = (a: Value, b: Value): Value => bind(applyTo(builder, "add", a, b));
  const xor = (a: Value, b: Value): Value => bind(applyTo(builder, "bitXor", a, b));
  const stream0 = streamKey(path, stream);
  const keys = [
    bind(seed),
    whole(stream0),
    bind(applyTo(builder, "bitXor", seed, whole(0x1bd11bda ^ stream0))),
  ] as const;
  const keyAt = (place: number): Value => keys[place % 3] ?? keys[0];
  let x0 = add(integerValue(builder, counter), keys[0]);
  let x1 = add(step, keys[1]);
  for (let turn = 0; turn < 20; turn += 1) {
    const bits = rotations[turn % 8] ?? 0;
    x0 = add(x0, x1);
    const left = applyTo(builder, "shiftLeft", x1, whole(bits));
    const right = applyTo(builder, "shiftRightUnsigned", x1, whole(32 - bits));
    x1 = xor(bind(applyTo(builder, "bitOr", left, right)), x0);
    if (turn % 4 === 3) {
      const group = (turn + 1) / 4;
      x0 = add(x0, keyAt(group));
      x1 = add(add(x1, keyAt(group + 1)), whole(group));
    }
  }
  const top = applyTo(builder, "shiftRightUnsigned", x0, whole(8));
  return applyTo(builder, "multiply", applyTo(builder, "toFloat", top), literal("f32", 1, 2 ** -24));
}
