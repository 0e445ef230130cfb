import type { TrainDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Form } from "../integers/index.ts";
import { accumulated } from "./accumulate.ts";
import { applyValue } from "./apply.ts";
import type { ArrayValue, Builder, InstanceValue, ParametersValue, Scope, Session } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { differentiated } from "./gradients.ts";
import { named } from "./hoist.ts";
import { nextParameters } from "./next-parameters.ts";
import { isUnder, rootsOfValue } from "./parameters.ts";
import { valueOf } from "./scope.ts";
import { tell } from "./session.ts";
import { describeValue } from "./value.ts";

/** A step that moves the parameters, one that only adds its gradient to those before, or what loss and metrics judge. */
export type TrainPurpose = "step" | "accumulate" | "evaluate";

interface Training {
  readonly model: InstanceValue;
  readonly purpose: TrainPurpose;
  /** How many examples a step is of. */
  readonly rows: Form;
  /** Steps whose gradients count as one. */
  readonly accumulate?: number;
}

export function lacking(train: TrainDeclaration, what: string, help: string, session: Session): void {
  tell(session, "DLC4005", { message: `this does not say ${what}`, span: train.model.span, help: [help] });
}

/** A loss is one number; so is a metric, unless it counts. */
export function reportAxes(name: string, { shape }: ArrayValue, span: Span, session: Session): void {
  tell(session, "DLC3002", {
    message: `\`${name}\` is one number for the whole batch, but this has ${shape.length} ${shape.length === 1 ? "axis" : "axes"}`,
    span,
    help: ["take its mean", ...(name === "loss" ? [] : ["only counts, i32, may be several"])],
  });
}

/** What the step changes: `optimizer = …` is short for `model' = (model, grad(loss, model)) |> …`. */
export function trainStep(
  train: TrainDeclaration,
  training: Training,
  scope: Scope,
  builder: Builder,
): boolean {
  const { session } = builder;
  const given = nextParameters(scope, builder);
  const next = [...(given ?? [])];
  const complete = given !== undefined;
  const optimizer = scope.entities.get("optimizer");
  if (complete && next.length > 0 && needsOptimizer(training, scope, session)) return false;
  if (optimizer !== undefined) {
    const value = implicitStep(train, optimizer.name, training, scope, builder);
    if (value === undefined) return false;
    if (value !== "accumulated") next.push(value);
    else return true;
  }
  if (complete && next.length === 0) {
    lacking(
      train,
      "what a step changes",
      "write `loss = …` and `optimizer = …`, or equations like `model' = …`",
      session,
    );
    return false;
  }
  const changed = new Set<string>();
  for (const { tensors } of next) {
    for (const [key, { owned, value }] of tensors) {
      const context = newContext(builder, scope);
      const bound = named(value, `${owned.name}_next`, context, train.model.span);
      if (changed.has(key)) {
        tell(session, "DLC2002", {
          message: `two equations give \`${owned.path.labels.join(".")}\` its next value`,
          span: train.model.span,
        });
        return false;
      }
      changed.add(key);
      if (bound.operand !== undefined)
        builder.updates.push({ kind: "param", name: owned.name, operand: bound.operand });
    }
  }
  return complete;
}

function implicitStep(
  train: TrainDeclaration,
  name: string,
  { model, purpose, rows, accumulate = 1 }: Training,
  scope: Scope,
  builder: Builder,
): ParametersValue | "accumulated" | undefined {
  const { session } = builder;
  const context = newContext(builder, scope);
  const [optimizer, loss] = [scope.entities.get(name), scope.entities.get("loss")];
  if (optimizer?.span === undefined || loss?.span === undefined) {
    lacking(train, "what is made small", "write `loss = …`", session);
    return undefined;
  }
  const [callee, scalar] = [valueOf(optimizer, session), valueOf(loss, session)];
  if (callee.kind === "error" || scalar.kind === "error") return undefined;
  if (scalar.kind === "array" && scalar.shape.length > 0) {
    reportAxes("loss", scalar, loss.span, session);
    return undefined;
  }
  const roots = frozenRoots(scope, session);
  if (roots === undefined) return undefined;
  const own = differentiated(
    scalar,
    model,
    loss.span,
    context,
    (path) => !roots.some((root) => isUnder(path, root)),
  );
  if (own?.kind !== "parameters") return undefined;
  const gradient = accumulate > 1 ? accumulated(own, rows, purpose === "step", context, optimizer.span) : own;
  if (gradient.kind !== "parameters") return undefined;
  if (purpose === "accumulate") return "accumulated";
  const args = [model, gradient];
  const value = applyValue({
    callee,
    args,
    named: new Map(),
    context,
    span: optimizer.span,
    name: "optimizer",
    several: true,
  });
  if (value.kind === "parameters") return value;
  if (value.kind !== "error") {
    tell(session, "DLC3013", {
      message: "these optimizers end in a gradient: the last of them gives the next parameters",
      span: optimizer.span,
    });
  }
  return undefined;
}

/** The places of what `freeze` names; undefined where that is no layer. */
function frozenRoots(scope: Scope, session: Session): ReturnType<typeof rootsOfValue> | undefined {
  const frozen = scope.entities.get("freeze");
  if (frozen === undefined) return [];
  const value = valueOf(frozen, session);
  const parts = value.kind === "list" ? value.elements : [value];
  const wrong = parts.find((part) => rootsOfValue(part).length === 0);
  if (wrong === undefined) return rootsOfValue(value);
  if (wrong.kind !== "error") {
    tell(session, "DLC4006", {
      message: `\`freeze\` is a list of layers of the model that own parameters, but this has ${describeValue(wrong)}`,
      span: frozen.span,
      help: ["write their names: `freeze = [conv1, conv2]`"],
    });
  }
  return undefined;
}

/** Equations for what a step changes say themselves by which gradients, and what stays. */
function needsOptimizer({ accumulate = 1 }: Training, scope: Scope, session: Session): boolean {
  const field = accumulate > 1 ? "accumulate" : scope.entities.has("freeze") ? "freeze" : undefined;
  if (field === undefined) return false;
  tell(session, "DLC4006", {
    message: `\`${field}\` goes with \`optimizer = …\`, but here equations say what a step changes`,
    span: scope.entities.get(field)?.span,
    help:
      field === "freeze"
        ? ["leave out the equations of the layers that stay"]
        : ["write `loss = …` and `optimizer = …`, or a larger `batch`"],
  });
  return true;
}
