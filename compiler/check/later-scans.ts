import type { Span } from "../diagnostics/source.ts";
import type { Context } from "./checker-types.ts";
import { neededFrom } from "./prune.ts";
import { tellIn } from "./session.ts";
import type { Binding, Body } from "./typed.ts";

/** Is there a scan among what is computed, or in what that applies? */
function hasScan(bindings: readonly Binding[]): boolean {
  return bindings.some(
    (binding) => "turn" in binding || (binding.kind === "application" && hasScan(binding.callee.bindings)),
  );
}

/** Does a training step change something that a body owns, or that what it applies does? */
function changesStates({ bindings, updates }: Body): boolean {
  if (updates.length > 0) return true;
  return bindings.some((binding) => binding.kind === "application" && changesStates(binding.callee));
}

/** Says so where a gradient would go through a scan. */
export function refuseGradientOfScan(of: string, span: Span, { builder }: Context): void {
  if (!hasScan(neededFrom([of], builder).bindings)) return;
  tellIn(builder, "DLC3019", { message: "a gradient through a `scan` is not built yet", span });
}

/** Says so where what is applied would have to be in a scan, or a scan in it. */
export function refuseApplication(body: Body, span: Span, { builder, times }: Context): void {
  if (times.length > 0 && changesStates(body))
    tellIn(builder, "DLC3019", {
      message: "a state that changes in each turn of a `scan` is not built yet",
      span,
    });
  if (builder.obligations !== undefined && hasScan(body.bindings))
    tellIn(builder, "DLC3019", { message: "`scan` in a data declaration is not built yet", span });
}
