import type { Arg, Expr, Formal, Formals, UnitDeclaration } from "../../grammar/ast.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Session } from "./checker-types.ts";
import { tell } from "./session.ts";
import { suggest } from "./suggest.ts";

/** `--set classes=100` as arguments of the model; undefined where one of them fits no hyper-parameter. */
export function overrides(
  declaration: UnitDeclaration,
  formals: Formals | undefined,
  session: Session,
): readonly Arg[] | undefined {
  const args: Arg[] = [];
  for (const [name, value] of Object.entries(session.options.set ?? {})) {
    const formal = formals?.items.find((one) => one.name.text === name);
    if (formal === undefined) {
      const names = (formals?.items ?? []).map((one) => one.name.text);
      const guess = suggest(name, names);
      tell(session, "DLC2017", {
        message: `\`${declaration.name.text}\` has no hyper-parameter \`${name}\``,
        span: declaration.name.span,
        help: [
          guess
            ? `did you mean \`${guess}\`?`
            : names.length === 0
              ? "it has none"
              : `they are ${names.join(", ")}`,
        ],
      });
      return undefined;
    }
    const literal = literalOf(value, formal);
    if (literal === undefined) {
      tell(session, "DLC2017", {
        message: `\`${name}\` can't be set to ${JSON.stringify(value)}`,
        span: formal.span,
        help: [settable(formal)],
      });
      return undefined;
    }
    args.push({
      kind: "argument",
      name: { kind: "name", text: name, span: formal.name.span },
      value: literal,
      span: formal.span,
    });
  }
  return args;
}

/** What can be set from outside, of this hyper-parameter or at all. */
function settable({ name, type }: Formal): string {
  const kind = type?.kind === "named-type" && type.dims.length === 0 ? type.name.text : "";
  const what = {
    dim: "a whole number of at least 1",
    int: "a whole number",
    real: "a number",
    bool: "true or false",
  };
  const own = Object.entries(what).find(([word]) => word === kind)?.[1];
  return own === undefined
    ? "numbers, texts, true and false can be set from outside"
    : `\`${name.text}\` is ${own}`;
}

function literalOf(value: string | number | boolean, formal: Formal): Expr | undefined {
  const { span, type } = formal;
  const kind = type?.kind === "named-type" && type.dims.length === 0 ? type.name.text : undefined;
  if (kind === "string") return { kind: "string", parts: [{ kind: "text", text: `${value}`, span }], span };
  if (kind === "bool") {
    if (value === true || value === "true") return { kind: "bool", value: true, span };
    return value === false || value === "false" ? { kind: "bool", value: false, span } : undefined;
  }
  if (kind !== "dim" && kind !== "int" && kind !== "real") return undefined;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
  if (kind !== "real" && !Number.isSafeInteger(number)) return undefined;
  return signed(number, span);
}

/** The language has no negative literals. */
function signed(number: number, span: Span): Expr {
  const size = Math.abs(number);
  const literal: Expr = Number.isSafeInteger(size)
    ? { kind: "int", value: size, span }
    : { kind: "float", value: size, span };
  return number < 0 ? { kind: "unary", operator: "-", operand: literal, span } : literal;
}
