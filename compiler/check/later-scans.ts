import type { Span } from "../diagnostics/source.ts";
import type { Context } from "./checker-types.ts";
import { reachedByFlow } from "./flow.ts";
import { neededFrom } from "./prune.ts";
import { tellIn } from "./session.ts";
import type { Binding } from "./typed.ts";

/** Says so where a gradient in the body of a scan would go back through its turns. */
export function refuseGradientInScan(of: string, by: string, span: Span, { builder, times }: Context): void {
  const { bindings, scans } = builder;
  const isCarry = (binding: Binding): boolean =>
    binding.kind === "carry" && times.some(({ name }) => name === binding.turn);
  const carries = bindings.filter(isCarry).map(({ name }) => name);
  if (carries.length === 0) return;
  const inTurn = bindings.filter((binding) => !isCarry(binding));
  const met = [...reachedByFlow(inTurn, scans, [of])].filter((name) => carries.includes(name) && name !== by);
  // What is computed from a carry in this turn has no part in those before; what comes from outside has.
  const fromCarry = neededFrom([by], builder).bindings.some(isCarry);
  if (met.length === 0 || fromCarry) return;
  tellIn(builder, "DLC3019", {
    message: "a gradient in the body of a `scan` that goes back through its turns is not built yet",
    span,
    help: ["differentiate what the scan gives, outside of it"],
  });
}
