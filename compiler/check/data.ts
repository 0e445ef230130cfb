import type { Call, Name, UnitDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Builder, Context, Scope, Session, UnitValue } from "./checker-types.ts";
import { newContext } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { bindHypers, type Hypers } from "./hypers.ts";
import { build } from "./instantiate.ts";
import { constantBuilder } from "./modules.ts";
import { known, newScope } from "./scope.ts";
import { hasErrors, tellIn } from "./session.ts";
import { listsOf } from "./signature.ts";
import { sourceOf } from "./sources.ts";
import type { Body, CheckedData } from "./typed.ts";
import { describeValue } from "./value.ts";

/** `Fashion(split: "t10k")`: a data declaration with its hyper-parameters, checked with `training` and without. */
export function checkData(given: Name | Call, context: Context): CheckedData | undefined {
  const unit = dataOf(given, context);
  if (unit === undefined) return undefined;
  const { declaration, scope } = unit;
  const { hypers: formals } = listsOf(declaration);
  const args = given.kind === "call" ? given.args : [];
  const hypers = formals
    ? bindHypers(formals, args, scope, context, [], given.span)
    : refuseArguments(given, context);
  if (hypers === undefined) return undefined;
  const { session } = context.builder;
  const train = bodyOf(declaration, scope, hypers, session, true);
  const evaluation = bodyOf(declaration, scope, hypers, session, false);
  if (train === undefined || evaluation === undefined) return undefined;
  const sources = sourcesOf(declaration, scope, hypers, evaluation, session);
  if (sources === undefined) return undefined;
  const rows = rowsOf(evaluation);
  return { name: declaration.name.text, train, evaluate: evaluation, sources, ...(rows && { rows }) };
}

function dataOf(given: Name | Call, context: Context): UnitValue | undefined {
  const name = given.kind === "call" ? given.callee : given;
  const value = evaluate(name, context);
  if (value.kind === "unit" && value.declaration.kind === "data") return value;
  if (value.kind !== "error") {
    tellIn(context.builder, "DLC3013", {
      message: `a data declaration is needed here, but this is ${value.kind === "unit" ? `a ${value.declaration.kind}` : describeValue(value)}`,
      span: name.span,
      help: ["write `data …` beside the model, or give the inputs of a step: `on (x: f32[N, 4])`"],
    });
  }
  return undefined;
}

function refuseArguments(given: Name | Call, context: Context): Hypers | undefined {
  const [arg] = given.kind === "call" ? given.args : [];
  if (arg === undefined) return new Map();
  tellIn(context.builder, "DLC2012", { message: "it has no hyper-parameters", span: arg.span });
  return undefined;
}

function bodyOf(
  declaration: UnitDeclaration,
  scope: Scope,
  hypers: Hypers,
  session: Session,
  training: boolean,
): Body | undefined {
  const builder: Builder = {
    ...constantBuilder(session, declaration.name.text),
    identity: {},
    training,
    streams: { next: 0 },
    obligations: [],
  };
  const before = hasErrors(session);
  const made = build({ declaration, scope, hypers, entry: "forward" }, "free", builder, undefined);
  const body = made?.body;
  if (body === undefined || (!before && hasErrors(session))) return undefined;
  // What the declaration itself says that it owns has no place there, which is told elsewhere.
  if (declaration.body.statements.some(({ kind }) => kind === "param" || kind === "state")) return undefined;
  const owner = ownerIn(body);
  if (owner !== undefined) {
    tellIn(builder, "DLC3013", {
      message: "a data declaration learns nothing: it has no parameters and no states",
      span: owner,
    });
    return undefined;
  }
  const stated = [...body.facts, ...(builder.obligations ?? [])];
  const facts = stated.filter(
    ({ form, relation }, place) =>
      stated.findIndex((other) => other.form.key === form.key && other.relation === relation) === place,
  );
  return { ...body, facts };
}

/** What is applied in a body and owns parameters or states, or applies what does; else what the body owns itself. */
function ownerIn({ params, states, bindings }: Body): Span | undefined {
  for (const binding of bindings) {
    if (binding.kind === "application" && ownerIn(binding.callee) !== undefined) return binding.span;
  }
  return [...params, ...states][0]?.span;
}

function sourcesOf(
  declaration: UnitDeclaration,
  outer: Scope,
  hypers: Hypers,
  body: Body,
  session: Session,
): CheckedData["sources"] | undefined {
  const builder = constantBuilder(session, declaration.name.text);
  const scope = newScope(outer, undefined);
  for (const [name, value] of hypers) scope.entities.set(name, known(name, undefined, value));
  const context = newContext(builder, scope);
  const formals = listsOf(declaration).tensors?.items ?? [];
  const sources = formals.map((formal) => {
    const input = body.inputs.find(({ name }) => name === formal.name.text);
    return input && sourceOf(formal, input, context);
  });
  return sources.every((source) => source !== undefined) ? sources : undefined;
}

/** D1.10: outputs without a shared first dim are one example, not rows of them. */
function rowsOf({ outputs }: Body): CheckedData["rows"] {
  const [first] = outputs;
  const rows = first?.shape[0];
  if (rows === undefined || !outputs.every(({ shape }) => shape[0]?.key === rows.key)) return undefined;
  return rows;
}
