import { flowingReads } from "../graph/flow.ts";
import { isFloat } from "../scalar/dtype.ts";
import { changedByApplication } from "./changed-states.ts";
import type { Binding, Body, BodyScan } from "./typed.ts";

/** The operands of some bindings that a gradient reaches from others: all of them float, as far as that is known here. */
export function reachedByFlow(
  bindings: readonly Binding[],
  scans: readonly BodyScan[],
  roots: readonly string[],
): ReadonlySet<string> {
  const byName = new Map(bindings.map((binding) => [binding.name, binding]));
  const reached = new Set<string>();
  const visit = (operand: string): void => {
    if (reached.has(operand)) return;
    const [name = operand, output] = operand.split(".");
    const binding = byName.get(name);
    if (binding !== undefined && "dtype" in binding && !isFloat(binding.dtype)) return;
    reached.add(operand);
    if (binding !== undefined) operandsBehind(binding, output, scans).forEach(visit);
  };
  roots.forEach(visit);
  return reached;
}

/** What a gradient reaches from a binding, or from one of the results of an application, in one step. */
function operandsBehind(
  binding: Binding,
  output: string | undefined,
  scans: readonly BodyScan[],
): readonly string[] {
  switch (binding.kind) {
    case "equation":
      return flowingReads(binding.body);
    case "gradient":
      // A second derivative goes by both; whether either is constant is not looked at.
      return [binding.of, binding.by];
    case "sorting":
      return [];
    case "before-turn":
      return [binding.of];
    case "carry": {
      const carries = scans.flatMap((scan) => scan.carries);
      return [
        binding.of,
        ...carries.flatMap(({ current, next }) => (current === binding.name ? [next] : [])),
      ];
    }
    case "last":
    case "stack":
      return [binding.of];
    case "application": {
      const { callee, inputs, given } = binding;
      const inside = reachedInside(callee, output);
      // What it keeps in a state from one turn to the next, it may have of any input.
      const keeps = binding.turns.length > 0 && changedByApplication(binding).length > 0;
      const taken = inputs.filter((_, place) => keeps || inside.has(callee.inputs[place]?.name ?? ""));
      return [...taken, ...given].map(({ operand }) => operand);
    }
    default:
      return binding satisfies never;
  }
}

/** The operands of a body that a gradient reaches from one of its outputs. */
export function reachedInside(
  { bindings, scans, outputs }: Body,
  output: string | undefined,
): ReadonlySet<string> {
  const roots = outputs.filter(({ name }) => name === output).map(({ operand }) => operand);
  return reachedByFlow(bindings, scans, roots);
}
