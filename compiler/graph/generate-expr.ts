import type { Dtype } from "../scalar/dtype.ts";
import { readAs } from "../scalar/meaning.ts";
import type { ScalarName } from "../scalar/names.ts";
import { resultDtype } from "../scalar/table.ts";
import { streamKey } from "../scalar/index.ts";
import { reducedDtype } from "./dtype-of.ts";
import type { Expr } from "./expr.ts";
import {
  freshVariable,
  inBlock,
  writeForm,
  writeGuard,
  writeRead,
  type Writer,
  type Written,
} from "./generate-form.ts";
import { writeReduction } from "./generate-loops.ts";
import { printExpr } from "./print.ts";

type Template = (x: string, y: string) => string;

const comparison =
  (symbol: string): Template =>
  (x, y) =>
    `(${x} ${symbol} ${y} ? 1 : 0)`;

/** Functions that are written out; the others are called. A test holds them against the table of scalar functions. */
const inlineOnFloats: Readonly<Partial<Record<ScalarName, Template>>> = {
  add: (x, y) => `(${x} + ${y})`,
  subtract: (x, y) => `(${x} - ${y})`,
  multiply: (x, y) => `(${x} * ${y})`,
  divide: (x, y) => `(${x} / ${y})`,
  negate: (x) => `(-${x})`,
  equal: comparison("==="),
  notEqual: comparison("!=="),
  less: comparison("<"),
  lessEqual: comparison("<="),
  greater: comparison(">"),
  greaterEqual: comparison(">="),
  and: (x, y) => `(${x} & ${y})`,
  or: (x, y) => `(${x} | ${y})`,
  not: (x) => `(1 - ${x})`,
  stop: (x) => x,
};

const inlineOnIntegers: Readonly<Partial<Record<ScalarName, Template>>> = {
  ...inlineOnFloats,
  add: (x, y) => `((${x} + ${y}) | 0)`,
  subtract: (x, y) => `((${x} - ${y}) | 0)`,
  multiply: (x, y) => `Math.imul(${x}, ${y})`,
  negate: (x) => `(-${x} | 0)`,
};
const calledOnIntegers: ReadonlySet<ScalarName> = new Set(["divide"]);

/** Writes an expression: statements that it needs go to the writer's block, and its value is the code. */
export function writeExpr(expr: Expr, writer: Writer, locals: ReadonlyMap<string, Written>): Written {
  switch (expr.kind) {
    case "constant":
      return { code: writeNumber(expr.value), dtype: expr.dtype };
    case "index":
      return { code: `(${writeForm(expr.form, writer)} | 0)`, dtype: "i32" };
    case "guard":
      return { code: `(${writeGuard(expr.guard, writer)} ? 1 : 0)`, dtype: "bool" };
    case "read":
      return {
        code: writeRead(expr.operand, expr.at, writer),
        dtype: readAs(writer.operandOf(expr.operand).dtype),
      };
    case "apply":
      return writeApply(
        expr.fn,
        expr.operands.map((operand) => writeExpr(operand, writer, locals)),
      );
    case "convert":
      return writeConvert(expr.to, writeExpr(expr.operand, writer, locals));
    case "select":
      return writeSelect(expr, writer, locals);
    case "let": {
      const { code, dtype } = writeExpr(expr.value, writer, locals);
      const variable = freshVariable(writer, "v");
      writer.lines.push(`const ${variable} = ${code};`);
      return writeExpr(expr.body, writer, new Map([...locals, [expr.name, { code: variable, dtype }]]));
    }
    case "local": {
      const known = locals.get(expr.name);
      if (known === undefined) throw new Error(`bug: the local ${expr.name} is not bound`);
      return known;
    }
    case "random": {
      const counter = writeForm(expr.counter, writer);
      return { code: `draw(${streamKey(expr.path, expr.stream)}, ${counter})`, dtype: "f32" };
    }
    case "reduce": {
      const { op, axes, domain, body } = expr;
      const result = writeReduction({ op, axes }, domain, writer, () => writeExpr(body, writer, locals));
      const dtype = reducedDtype(op, result.dtype);
      if (dtype === undefined) throw new Error(`bug: ${printExpr(expr)} has no dtype`);
      return { code: result.code, dtype };
    }
    default:
      return expr satisfies never;
  }
}

function writeNumber(value: number): string {
  if (Object.is(value, -0)) return "(-0)";
  return value < 0 ? `(${value})` : String(value);
}

function writeApply(fn: ScalarName, operands: readonly Written[]): Written {
  const [x, y] = operands;
  const dtypes = operands.map((operand) => operand.dtype);
  const dtype = resultDtype(fn, dtypes);
  if (x === undefined || dtype === undefined) throw new Error(`bug: ${fn} of ${dtypes.join(", ")}`);
  const inline = x.dtype === "i32" ? inlineOnIntegers : inlineOnFloats;
  const called = x.dtype === "i32" && calledOnIntegers.has(fn);
  const template = called ? undefined : inline[fn];
  const codes = operands.map(({ code }) => code);
  const code =
    template?.(x.code, y?.code ?? "") ??
    `${x.dtype === "i32" ? "integer" : "float"}_${fn}(${codes.join(", ")})`;
  return { code: dtype === "f16" ? `half(${code})` : code, dtype };
}

function writeConvert(to: Dtype, operand: Written): Written {
  const fits = to === operand.dtype || to === "f32" || (to === "i32" && operand.dtype === "bool");
  return { code: fits ? operand.code : `convert_${to}(${operand.code})`, dtype: to };
}

/** Only the branch taken is evaluated: where one needs statements, both stand in blocks of an `if`. */
function writeSelect(
  expr: Extract<Expr, { kind: "select" }>,
  writer: Writer,
  locals: ReadonlyMap<string, Written>,
): Written {
  const condition = writeExpr(expr.condition, writer, locals).code;
  const [then, thenLines] = inBlock(writer, () => writeExpr(expr.then, writer, locals));
  const [otherwise, otherLines] = inBlock(writer, () => writeExpr(expr.otherwise, writer, locals));
  if (then.dtype !== otherwise.dtype) throw new Error(`bug: two dtypes in ${printExpr(expr)}`);
  if (thenLines.length + otherLines.length === 0) {
    return { code: `(${condition} ? ${then.code} : ${otherwise.code})`, dtype: then.dtype };
  }
  const variable = freshVariable(writer, "v");
  writer.lines.push(
    `let ${variable};`,
    `if (${condition}) {`,
    ...thenLines,
    `${variable} = ${then.code};`,
    "} else {",
    ...otherLines,
    `${variable} = ${otherwise.code};`,
    "}",
  );
  return { code: variable, dtype: then.dtype };
}
