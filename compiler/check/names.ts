import type { Member, Name, Primed } from "../../grammar/ast.ts";
import { operandArray, type OperandType } from "./arrays.ts";
import { freshBinding } from "./builder.ts";
import type { Builder, Context, Entity, Scope, Value } from "./checker-types.ts";
import { evaluate } from "./evaluate.ts";
import { memberOfInstance } from "./members.ts";
import { reportNextValue } from "./next-values.ts";
import { trainingValue } from "./prelude.ts";
import { stopped } from "./parameters.ts";
import { foreignMember } from "./foreign-names.ts";
import { find, reportUnknown, valueOf } from "./scope.ts";
import { tellIn } from "./session.ts";
import { suggest } from "./suggest.ts";
import { counted, describeValue, errorValue, scalarValue } from "./value.ts";

export function evaluateName(name: Name, context: Context): Value {
  const index = context.indices.get(name.text);
  if (index?.kind === "index") return scalarValue(counted(index.form));
  const found = find(name.text, context.scope);
  if (found === undefined) {
    reportUnknown(name.text, name.span, context);
    return errorValue;
  }
  const value = entityValue(found.entity, found.scope, context);
  return value.kind === "prelude" && value.name === "training" ? trainingValue(context) : value;
}

function entityValue(entity: Entity, scope: Scope, context: Context): Value {
  const value = valueOf(entity, context.builder.session);
  const owner = scope.builder;
  if (owner === undefined || owner.identity === context.builder.identity) return value;
  return captured(value, owner.identity, context.builder);
}

/** A local function takes what it reads of the block around it as further inputs. */
function captured(value: Value, owner: object, builder: Builder): Value {
  if (value.kind === "results") {
    return {
      kind: "results",
      results: new Map([...value.results].map(([name, one]) => [name, captured(one, owner, builder)])),
    };
  }
  if (
    value.kind !== "array" ||
    value.operand === undefined ||
    value.type === "counted" ||
    value.type === "float"
  ) {
    return value;
  }
  const type = { dtype: value.type, shape: value.shape, range: value.range };
  return operandArray(capturedOperand(owner, value.operand, type, builder), type, [], value.origin);
}

/** The input by which a body reads what is called `operand` in the block of the builder `owner`. */
export function capturedOperand(owner: object, operand: string, type: OperandType, builder: Builder): string {
  const known = builder.captures.find((one) => one.owner === owner && one.operand === operand);
  if (known !== undefined) return known.input;
  const name = freshBinding(builder, operand);
  const span = builder.frame?.span;
  if (span === undefined) throw new Error("bug: a local function that nobody applied");
  const { dtype, shape, range } = type;
  builder.captures.push({ owner, operand, input: name });
  builder.inputs.push({ name, dtype, shape, span, ...(range && { range }) });
  return name;
}

/** `h'` is the value after the step; a state without an equation for it keeps its value (D1.7). */
export function evaluatePrimed({ operand, span }: Primed, context: Context): Value {
  if (operand.kind !== "name") {
    reportNextValue(
      operand.span.source.text.slice(operand.span.start, operand.span.end),
      span,
      context.builder,
    );
    return errorValue;
  }
  const state = find(operand.text, context.scope);
  const found =
    find(`${operand.text}'`, context.scope) ?? (state?.entity.declares !== undefined ? state : undefined);
  if (found === undefined) {
    if (state === undefined) reportUnknown(operand.text, operand.span, context);
    else reportNextValue(operand.text, span, context.builder);
    return errorValue;
  }
  const value = entityValue(found.entity, found.scope, context);
  return value.kind === "parameters" ? stopped(value, context) : value;
}

export function evaluateMember(expr: Member, context: Context): Value {
  return memberOf(evaluate(expr.object, { ...context, label: undefined }), expr.name, context);
}

function memberOf(object: Value, name: Name, context: Context): Value {
  switch (object.kind) {
    case "results": {
      const result = object.results.get(name.text);
      if (result !== undefined) return result;
      const guess = suggest(name.text, [...object.results.keys()]);
      tellIn(context.builder, "DLC2001", {
        message: `there is no result \`${name.text}\``,
        span: name.span,
        help: [
          guess ? `did you mean \`${guess}\`?` : `the results are ${[...object.results.keys()].join(", ")}`,
        ],
      });
      return errorValue;
    }
    case "instance":
      return memberOfInstance(object, name, context);
    case "list":
      return { kind: "list", elements: object.elements.map((element) => memberOf(element, name, context)) };
    case "error":
      return errorValue;
    default:
      tellIn(context.builder, "DLC3013", {
        message: `${describeValue(object)} has no parts with names`,
        span: name.span,
        help: object.kind === "array" ? [foreignMember(name.text)] : [],
      });
      return errorValue;
  }
}
