import binaryen from "binaryen";
import type { Module, Ref } from "./module.ts";

const divideName = "divide_floor";
const remainderName = "remainder_floor";
const pair = binaryen.createType([binaryen.i32, binaryen.i32]);

/** ⌊a / b⌋, and 0 where b is. */
export function callDivideFloor(module: Module, a: Ref, b: Ref): Ref {
  return module.call(divideName, [a, b], binaryen.i32);
}

/** a − b⌊a / b⌋, and 0 where b is. */
export function callRemainderFloor(module: Module, a: Ref, b: Ref): Ref {
  return module.call(remainderName, [a, b], binaryen.i32);
}

/** The two functions, which instructions that round towards zero are made into. */
export function addIntegerDivision(module: Module): void {
  const { i32, local } = module;
  const a = (): Ref => local.get(0, binaryen.i32);
  const b = (): Ref => local.get(1, binaryen.i32);
  const rest = (): Ref => local.get(2, binaryen.i32);
  // The one quotient that overflows, −2³¹ / −1, wraps; the instruction would trap.
  const quotient = module.if(
    i32.eq(b(), i32.const(-1)),
    i32.sub(i32.const(0), a()),
    i32.sub(
      i32.div_s(a(), b()),
      i32.and(
        i32.ne(local.tee(2, i32.rem_s(a(), b()), binaryen.i32), i32.const(0)),
        i32.lt_s(i32.xor(rest(), b()), i32.const(0)),
      ),
    ),
  );
  module.addFunction(
    divideName,
    pair,
    binaryen.i32,
    [binaryen.i32],
    module.if(i32.eqz(b()), i32.const(0), quotient),
  );
  const remainder = i32.sub(a(), i32.mul(b(), callDivideFloor(module, a(), b())));
  module.addFunction(remainderName, pair, binaryen.i32, [], module.if(i32.eqz(b()), i32.const(0), remainder));
}
